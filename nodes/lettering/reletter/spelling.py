"""What a line says, spelled with the letters of fonts: recognisers fail at brushes and pens.

Every letter of a font is laid on every place of the line, and of all rows of letters the one is taken that leaves the
least of the line's ink unexplained. It is right where the font is at hand, or one that is much like it; whether it is,
letters that are laid over the whole line say.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np

from ...ground import UserError
from ..fonts import characters
from ..ink import add
from ..opening import Cut, open_face
from .alike import Alike
from .heights import standard
from .lie import Lie, flattened

SYLLABLES = b"".join(bytes((high, low)) for high in range(0xB0, 0xC9) for low in range(0xA1, 0xFF)).decode("euc_kr")
"""The 2,350 of KS X 1001."""
LETTERS = SYLLABLES + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&"
COARSE, FINE = 12, 24
"""px that letters are high: where the font, the height and the turn are looked for, and where the line is spelled."""
DRAWN = 96
"""px: so high they are drawn, as hints move the strokes of small ones."""
ABOVE, WIDE = 0.35, 1.25
"""Of the height: what of a letter may stand above its head or below its foot, and how long its cell is on the line."""
HEIGHTS, TURNS = (0.87, 1.0, 1.15), (-1.8, -0.9, 0.0, 0.9, 1.8)
"""Times and degrees that the line may be higher and turned than its ink says."""
HIGHER, TURNED = 0.05, 0.45
"""By so much of either the line is looked at on both sides of what explains it best, and then by half of that."""
SOFT = 0.03
"""Of the height: letters and ink are blurred, as thin strokes lie beside each other otherwise."""
UP = 1
"""px that it may stand higher or lower."""
LETTER = 0.4
"""Of the ink of a usual letter: so much each must explain beyond its own."""
CLOSER = 0.94
"""Of their advance, and of the em in a column: so close letters may stand."""
BEGUN = 0.1
"""Of the height: what is free above a letter of a column."""
SPACE, BELOW = 0.16, 0.4
"""Of the height: a gap between words, in a row and in a column."""


@dataclass(frozen=True)
class Spelled:
    """What a line may say."""

    words: str
    turn: float
    """Degrees by which it is turned otherwise than it seems."""
    explained: float
    """Share of its ink, up to 1."""


@dataclass(frozen=True)
class _Letters:
    """Letters of a font in one height."""

    letters: str
    cells: np.ndarray
    """`[n,across,along]` float32 in 0..1: letters begin in the first column, those of a column lie on their side."""
    advances: np.ndarray
    """`[n]` px: so far behind it the next may begin."""


def spelled(cover: np.ndarray, line: Lie, alike: Sequence[Alike]) -> Spelled | None:
    """Spell a line; None where there is no font.

    Args:
        cover: `[h,w]` float32: the ink of the piece.
        line: how it seems to lie.
        alike: fonts that are like its letters.
    """

    def spell(font: Alike, times: float, turn: float, height: int = COARSE) -> Spelled:
        return _spell(cover, line, font, times, turn, height)

    if not alike:
        return None
    font = max(alike, key=lambda one: max(spell(one, times, 0.0).explained for times in HEIGHTS))
    times, turn = max(product(HEIGHTS, TURNS), key=lambda one: spell(font, *one).explained)
    for step in (1.0, 0.5):
        near = [side * step for side in (-1, 0, 1)]
        ways = [(times * (1 + HIGHER * up), turn + TURNED * aside) for up, aside in product(near, near)]
        times, turn = max(ways, key=lambda one: spell(font, *one, FINE).explained)
    return spell(font, times, turn, FINE)


def _spell(cover: np.ndarray, line: Lie, font: Alike, times: float, turn: float, height: int) -> Spelled:
    """The line spelled in one font, were it so many times as high and turned otherwise."""
    plane = replace(line.plane, angle=line.plane.angle + turn)
    letters = _letters(font.font.path, font.font.path.stat().st_mtime_ns, font.weight, height, plane.is_column)
    if not letters.letters:  # a font of signs
        return Spelled("", turn, 0.0)
    rows, columns = letters.cells.shape[1:]
    fine = height / (line.size * times)
    ink = flattened(cover, plane, plane.length / 2 + 0.5 * line.size, (rows / 2 + UP) / fine, fine)
    ink = _softened(ink.T if plane.is_column else ink, height)
    ink = np.pad(ink[: rows + 2 * UP], ((0, max(0, rows + 2 * UP - len(ink))), (0, columns)))
    places = np.lib.stride_tricks.sliding_window_view(ink, (rows, columns))
    cells = letters.cells.reshape(len(letters.cells), rows * columns)
    power = (cells**2).sum(axis=1)
    all_ink = float((ink**2).sum())
    best = Spelled("", turn, 0.0)
    for row in places:
        # By how much less ink is left over: |ink|^2 - |ink - letter|^2.
        gain = 2 * row.reshape(len(row), rows * columns) @ cells.T - power - LETTER * power.mean()
        total, words = _likeliest(gain, letters, (BELOW if plane.is_column else SPACE) * height)
        if total > best.explained * all_ink:
            best = Spelled(words, turn, total / all_ink)
    return best


def _likeliest(gain: np.ndarray, letters: _Letters, space: float) -> tuple[float, str]:
    """The row of letters that gains most, and what it gains.

    Args:
        gain: `[places,letters]`: what a letter gains that begins at a place.
        space: px of a gap between words.
    """
    count = len(gain)
    likeliest = {
        int(advance): (members, members[gain[:, members].argmax(axis=1)])
        for advance in np.unique(letters.advances)
        for members in [np.flatnonzero(letters.advances == advance)]
    }
    end = count + max(likeliest)
    total, came = np.zeros(end + 1), [(-1, -1)] * (end + 1)
    for place in range(len(total)):
        if place and total[place - 1] > total[place]:
            total[place], came[place] = total[place - 1], (place - 1, -1)
        if place >= count:
            continue
        for advance, (_, letter) in likeliest.items():
            gained = total[place] + gain[place, letter[place]]
            if gained > total[place + advance]:
                total[place + advance], came[place + advance] = gained, (place, int(letter[place]))
    words, place, begun = "", end, 0
    while place > 0 and came[place][0] >= 0:
        before, letter = came[place]
        if letter >= 0:
            words = letters.letters[letter] + (" " if words and begun - place >= space else "") + words
            begun = before
        place = before
    return float(total[end]), words


@lru_cache(maxsize=12)
def _letters(path: Path, date: int, weight: int, height: int, is_column: bool) -> _Letters:
    """All letters of `LETTERS` that a font has, the body of Hangul, or else capitals, so many px high."""
    face = open_face(path, Cut(weight)).face
    known = characters(path)
    text = "".join(letter for letter in LETTERS if ord(letter) in known)
    head, foot = standard(text, face)
    em, times = DRAWN / (head - foot), DRAWN // height
    across, along = height + 2 * round(ABOVE * height), round(WIDE * height)
    cells = np.zeros((len(text), across, along), np.float32)
    advances = np.full(len(text), int(CLOSER * em / times))
    for number, letter in enumerate(text):
        glyph = face.shape(letter, em)[0]
        large = np.zeros((across * times, along * times), np.uint8)
        sheet, x, y = large, 0.0, (across * times - DRAWN) / 2 + head * em
        if is_column:
            sheet, x, y = large.T, (across * times - glyph.advance) / 2, BEGUN * DRAWN + head * em
        else:
            advances[number] = max(1, int(CLOSER * glyph.advance / times))
        with suppress(UserError):  # one damaged letter is one letter less
            add(sheet, *face.draw(glyph.number, em, (x, y), 1.0, False, 0))
        cells[number] = _softened(large.reshape(across, times, along, times).mean(axis=(1, 3)) / 255, height)
    return _Letters(text, cells, advances)


def _softened(ink: np.ndarray, height: int) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(ink, (0, 0), SOFT * height, borderType=cv2.BORDER_CONSTANT)
