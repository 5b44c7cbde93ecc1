"""What a line says, in which font, and so how it lies.

A recogniser's word is taken where letters of a font, set to say it, lie on the line. Where they do not, the line's
letters are shown to it once more, alone and straightened, a column as a row; and where that does not help either, the
line is spelled with the letters of fonts.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ...text_mask import Region
from ..fonts import Font
from ..text import NUMERALS, OTHER, script
from .alike import Alike, Seen, by_strokes, drawn
from .fitting import SURE, Fit, fits
from .lie import LEAST_SLANT, Lie, ends, flattened, lie
from .spelling import spelled
from .strokes import HEIGHT

Read = Callable[[np.ndarray, Region], list[Region]]
"""Recognisers: a picture `[H,W,3]` uint8 RGB and a region -> the region with what each reads, and how sure that is."""
READ_SURELY = 0.8
"""Certainty from which a recogniser's word is taken where no font is like the letters."""
LIKE = 0.7
"""Likeness from which letters tell what a line says, and how it is turned."""
SAME = 0.8
"""Likeness from which they tell its height too; below, where its ink begins and ends does."""
AGREED = 1.2
"""Times that height by ink may be another than by letters: otherwise more is in the ink than the line."""
DOUBTFUL = 0.5
"""Likeness that letters of some font have at least with what says their words."""
TURNS, SHORT = (-8.0, 8.0), 2.6
"""Degrees by which a line may be turned otherwise than its region, where it is shorter than so many text heights."""
GAP = 0.16
"""Of the text height: between words."""
SHOWN, RIM = (44, 72), 16
"""px that letters are high that are shown alone, and of the paper around them: recognisers that miss them in one size
often read them in another."""
SPELLED_IN, SPELLED = 6, 2
"""Fonts in which a line is spelled, and how often: the second time in the one that lies on it, as it lies."""
CUT = 0.15
"""Of a column's mean ink in a row: between letters there is hardly more than where there is least."""


@dataclass(frozen=True)
class Reading:
    """A line that was read."""

    line: Lie
    words: str
    """"" where nobody knows."""
    fonts: tuple[Fit, ...]
    """Those that say the words most like it, best first."""

    @property
    def likeness(self) -> float:
        """Of the first of them; 0 without any."""
        return self.fonts[0].likeness if self.fonts else 0.0


def reading(
    cover: np.ndarray, corners: np.ndarray, zoom: float, said: list[Region], fonts: Collection[Font], read: Read | None
) -> Reading | None:
    """Read a line; None where there is none.

    Args:
        cover: `[h,w]` float32: the ink of the piece.
        corners: `[4,2]` px of the piece: the region.
        zoom: px of the piece for a px of the picture.
        said: the region as it was read in the picture, the likeliest first.
    """
    line = lie(cover, corners, said[0].text or "")
    if line is None:
        return None
    best: list[Fit] = []
    sure = ""
    tried = {""}
    for words, certainty in _readings(cover, line, said, read):
        if words in tried:
            continue
        tried.add(words)
        found = fits(cover, corners, line, drawn(words, fonts, line.size / zoom, line.plane.is_column))
        if certainty >= READ_SURELY and (not found or found[0].likeness >= DOUBTFUL):
            sure = sure or words
        if found and (not best or found[0].likeness > best[0].likeness):
            best = found
        if best and best[0].likeness >= SURE:
            break
    if read is not None and (not best or best[0].likeness < SURE):
        best = _spelled(cover, corners, zoom, line, fonts) or best
    if not best or best[0].likeness < LIKE:
        return Reading(line, sure, ())
    return Reading(lying(cover, line, best[0]), best[0].drawn.words, tuple(best))


def _spelled(
    cover: np.ndarray, corners: np.ndarray, zoom: float, line: Lie, fonts: Collection[Font]
) -> list[Fit]:  # fmt: skip
    """Fonts in which a line was spelled and surely lies on its ink; of one that is not here no letters do."""
    size, is_column = line.size / zoom, line.plane.is_column
    alike = by_strokes(Seen(cut(_straightened(cover, line, HEIGHT)), size, "", is_column, ()), fonts)[:SPELLED_IN]
    best: list[Fit] = []
    for _ in range(SPELLED):
        found = spelled(cover, line, alike)
        if found is None or not found.words or (best and found.words == best[0].drawn.words):
            break
        turned = ends(cover, replace(line.plane, angle=line.plane.angle + found.turn), line.size, found.words) or line
        better = fits(cover, corners, turned, drawn(found.words, fonts, size, is_column))
        if not better or (best and better[0].likeness <= best[0].likeness):
            break
        best, line = better, better[0].line
        alike = [Alike(best[0].drawn.font, best[0].drawn.weight, 0.0, 0.0)]
    return best if best and best[0].likeness >= SURE else []


def _readings(cover: np.ndarray, line: Lie, said: list[Region], read: Read | None) -> Iterator[tuple[str, float]]:
    """What the line may say and how sure that is, the likeliest first."""
    yield from spaced(said, cover, line)
    if read is None:
        return
    for height in SHOWN:
        yield from spaced(read(*_alone(cover, line, height)), cover, line)
    for turn in TURNS if line.plane.length < SHORT * line.size else ():
        turned = replace(line, plane=replace(line.plane, angle=line.plane.angle + turn))
        yield from spaced(read(*_alone(cover, turned, SHOWN[0])), cover, line)


def spaced(said: list[Region], cover: np.ndarray, line: Lie) -> Iterator[tuple[str, float]]:
    """What was read, and the same with spaces where there may be some; what mixes scripts unsurely is a slip, and so is
    what has no letter."""
    for one in said:
        words = " ".join((one.text or "").split())
        scripts = {script(letter) for letter in words} - {NUMERALS, OTHER}
        if any(map(str.isalnum, words)) and (one.certainty >= READ_SURELY or len(scripts) <= 1):
            yield words, one.certainty
            yield _parted(words, cover, line), 0.0


def _parted(words: str, cover: np.ndarray, line: Lie) -> str:
    """Words with spaces where the line has its widest gaps: recognisers often see none between syllables."""
    letters = words.replace(" ", "")
    if line.plane.is_column or len(letters) < 3:
        return words
    bare = np.flatnonzero(_straightened(cover, line, HEIGHT).max(axis=0) < 0.5)
    gaps = [gap for gap in np.split(bare, np.flatnonzero(np.diff(bare) > 1) + 1) if len(gap) >= GAP * HEIGHT]
    if not words.count(" ") < len(gaps) < len(letters) / 2:
        return words
    inked = line.plane.length / line.size * HEIGHT - sum(map(len, gaps))
    found, start = "", 0
    for number, gap in enumerate(gaps):
        end = round(len(letters) * (float(gap[0]) - sum(map(len, gaps[:number]))) / inked)
        found, start = f"{found}{letters[start:end]} ", end
    return " ".join((found + letters[start:]).split())


def _straightened(cover: np.ndarray, line: Lie, height: float) -> np.ndarray:
    """The line's ink, upright, its letters so many px high."""
    across = line.size / 2 + line.beyond
    return flattened(cover, line.plane, line.plane.length / 2, across, height / line.size)


def cut(flat: np.ndarray) -> np.ndarray:
    """A straightened line without what is around its ink."""
    rows, columns = np.flatnonzero((flat > 0.5).any(axis=1)), np.flatnonzero((flat > 0.5).any(axis=0))
    return flat[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else flat


def _alone(cover: np.ndarray, line: Lie, height: int) -> tuple[np.ndarray, Region]:
    """A line's letters on white, so many px high, and where they stand."""
    flat = _straightened(cover, line, height)
    if line.plane.is_column:
        cells = np.array_split(flat, _cells(flat))
        tallest = max(len(cell) for cell in cells)
        flat = np.hstack([np.pad(cell, ((0, tallest - len(cell)), (0, height // 8))) for cell in cells])
    paper = np.pad(flat, RIM)
    picture = np.repeat((255 * (1 - paper)).astype(np.uint8)[..., None], 3, axis=2)
    high, wide = paper.shape
    rim = RIM / 2
    corners = np.array([[rim, rim], [wide - rim, rim], [wide - rim, high - rim], [rim, high - rim]], np.float32)
    return picture, Region(corners, 1.0)


def _cells(column: np.ndarray) -> int:
    """How many letters stand in a column: as many as possible of like height that part where there is little ink."""
    ink, most = column.sum(axis=1), round(1.3 * len(column) / column.shape[1])
    cut = {count: float(np.mean(ink[[round(len(ink) * one / count) for one in range(1, count)]]))
           for count in range(2, most + 1)}  # fmt: skip
    least = min(cut.values(), default=0.0) + CUT * float(ink.mean())
    return max((count for count, crossed in cut.items() if crossed <= least), default=1)


def lying(cover: np.ndarray, line: Lie, best: Fit) -> Lie:
    """How a line lies on which letters of a font lie."""
    slant = best.slant if abs(best.slant) >= LEAST_SLANT else 0.0
    plane = replace(best.line.plane, slant=slant)
    inked = ends(cover, plane, 1.1 * line.size, best.drawn.words) if best.likeness < SAME else None
    if inked is None or not 1 / AGREED < inked.size / best.line.size < AGREED:
        return replace(best.line, plane=plane)
    return inked
