"""Are words read that Re-letter Text set, and would they be read black on white?

Recognisers are weak at columns, at turned lines and at some fonts. So they are shown a line three ways: as it lies in
the picture, and straightened in two sizes, a column as a row; and the same words in the same font black on white in
those two sizes, which says what can be read at all. The old words are shown to them as the new ones are, and so are the
new words on covers whose maker drew those from the start: what they read there says what a picture lets them read.
"""

import math
import re

import cv2
import numpy as np

from ..nodes.lettering.fonts import Font
from ..nodes.lettering.letters import HORIZONTAL
from ..nodes.lettering.opening import Cut, open_face
from ..nodes.lettering.reletter.look import Look
from ..nodes.lettering.reletter.painting import Layer
from ..nodes.lettering.reletter.plane import Plane
from ..nodes.lettering.reletter.setting import Room, flat
from ..nodes.lettering.wishes import SHRINK
from ..nodes.text_mask import Region
from ..nodes.text_mask.engines.reader import Reader
from ..testing.scenes.lettered import Cover, Lettering

HIGH = (44, 72)
"""px: letters are shown so high."""
RIM = 0.25
"""Of that, around them; and a third of it between letters of a column that are laid beside each other."""
SPACE, NEARBY, SLIGHTLY = 0.4, 0.3, 0.01
"""Letters' heights: a column's space, and how far from where they would end they are parted."""
DRAWN = 40
"""Of 255: what differs by more from the cover without words is drawn, whatever JPEG did beside it."""
NEAR = 3
"""px around words that a recogniser sees with them as they lie in the picture."""


def is_read(reader: Reader, after: np.ndarray, layer: Layer, plane: Plane, words: str) -> bool:
    """Whether a recogniser reads words in `[H,W,3]` uint8 RGB; where they lie says their layer alone."""
    box = _box(layer, plane)
    lying = Region(plane.to_picture(_corners(box, NEAR)).astype(np.float32), 1.0)
    return _says(reader, after, lying, words) or any(
        _says(reader, *_framed(_row(after, layer, plane, box, high, words)), words) for high in HIGH
    )


def is_drawn_read(reader: Reader, cover: Cover, line: Lettering) -> bool:
    """Whether a recogniser reads a line as the cover's maker drew it, shown to it as new words are."""
    height, width = cover.picture.shape[:2]
    inside = cv2.fillPoly(np.zeros((height, width), np.uint8), [np.round(line.polygon).astype(np.int32)], 1)
    drawn = (np.abs(cover.picture.astype(int) - cover.bare).max(axis=2) > DRAWN) & (inside > 0)
    layer = Layer(slice(0, height), slice(0, width), np.repeat(drawn[..., None], 4, axis=2).astype(np.float32))
    x, y = line.polygon.mean(axis=0)
    first, last = ([0, 1], [3, 2]) if line.is_column else ([0, 3], [1, 2])
    long = np.linalg.norm(line.polygon[last] - line.polygon[first], axis=1)
    plane = Plane(float(x), float(y), float(long.mean()), line.angle, taper=line.taper, is_column=line.is_column)
    return is_read(reader, cover.picture, layer, plane, line.words)


def is_read_in_print(reader: Reader, font: Font, weight: int, words: str) -> bool:
    """Whether a recogniser reads words in a font, black on white in one line."""
    look = Look(size=100.0, direction=HORIZONTAL)
    cover = flat(words, look, open_face(font.path, Cut(weight)).face, Room(math.inf, math.inf), SHRINK).cover
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    letters = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    for high in HIGH:
        size = max(1, round(letters.shape[1] * high / letters.shape[0])), high
        pad = round(2 * RIM * high)
        paper = 255 - np.pad(cv2.resize(letters, size, interpolation=cv2.INTER_AREA), pad)
        if _says(reader, *_framed(np.repeat(paper[..., None], 3, axis=2)), words):
            return True
    return False


def _box(layer: Layer, plane: Plane) -> np.ndarray:
    """`[2,2]`: upper left and lower right on the plane of what a layer shows."""
    rows, columns = np.nonzero(layer.rgba[..., 3] > 0.5)
    shown = plane.from_picture(np.stack([columns + layer.columns.start, rows + layer.rows.start], axis=1) + 0.5)
    return np.stack([shown.min(axis=0), shown.max(axis=0)])


def _corners(box: np.ndarray, rim: float) -> np.ndarray:
    (left, top), (right, bottom) = box[0] - rim, box[1] + rim
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _row(
    after: np.ndarray, layer: Layer, plane: Plane, box: np.ndarray, high: int, words: str
) -> np.ndarray:  # fmt: skip
    """`[h,w,3]` uint8: the line straightened, its letters so high; a column's beside each other."""
    across = float(box[1, 0] - box[0, 0] if plane.is_column else box[1, 1] - box[0, 1])
    fine, rim = high / max(across, 1.0), RIM * across
    line = _straight(after, plane, box, rim, fine)
    if not plane.is_column:
        return line
    alpha = np.zeros(after.shape[:2], np.float32)
    alpha[layer.rows, layer.columns] = layer.rgba[..., 3]
    cuts = _between(_straight(alpha, plane, box, rim, fine), words)
    cells = np.split(line, cuts)
    tallest = max(len(cell) for cell in cells)
    level = [
        cv2.copyMakeBorder(cell, (tallest - len(cell)) // 2, (tallest - len(cell) + 1) // 2, 0, 0, cv2.BORDER_REPLICATE)
        for cell in cells
    ]
    spare = round(2 / 3 * RIM * high)
    return np.hstack([cell[:, spare : cell.shape[1] - spare] for cell in level])


def _between(column: np.ndarray, words: str) -> list[int]:
    """Rows that part the letters of a column's `[h,w]` ink: near where letters of one height would end, those with
    least."""
    ink = column.sum(axis=1, keepdims=True)
    ink += SLIGHTLY * cv2.GaussianBlur(ink, (1, 0), 0, sigmaY=0.1 * column.shape[1])  # the middle of a gap is it
    inked = np.flatnonzero(column.max(axis=1) > 0.5)
    ends = np.cumsum([SPACE if letter == " " else 1.0 for letter in words])
    letter = (inked[-1] + 1 - inked[0]) / ends[-1]
    cuts: list[int] = []
    for at, end in enumerate(ends[:-1]):
        if words[at] == " ":
            continue
        middle = inked[0] + letter * (end + (SPACE / 2 if words[at + 1] == " " else 0))
        low = round(middle - NEARBY * letter)
        cuts.append(low + int(ink[low : round(middle + NEARBY * letter) + 1].argmin()))
    return cuts


def _straight(picture: np.ndarray, plane: Plane, box: np.ndarray, rim: float, fine: float) -> np.ndarray:
    """What lies on a box of a plane and a rim around it, `fine` px for each of its own."""
    (left, top), (right, bottom) = box[0] - rim, box[1] + rim
    xs = left + (np.arange(round((right - left) * fine)) + 0.5) / fine
    ys = top + (np.arange(round((bottom - top) * fine)) + 0.5) / fine
    places = (plane.to_picture(np.stack(np.meshgrid(xs, ys), axis=-1)) - 0.5).astype(np.float32)
    soft = cv2.GaussianBlur(picture, (0, 0), 0.4 / fine) if fine < 0.7 else picture
    return cv2.remap(soft, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _framed(line: np.ndarray) -> tuple[np.ndarray, Region]:
    """A picture of a line alone, and where it stands."""
    high, wide = line.shape[:2]
    rim = 2.0
    return line, Region(np.array([[rim, rim], [wide - rim, rim], [wide - rim, high - rim], [rim, high - rim]],
                                 np.float32), 1.0)  # fmt: skip


def _says(reader: Reader, picture: np.ndarray, place: Region, words: str) -> bool:
    """Whether one of the recognisers reads the words, whatever it makes of spaces and capitals."""
    return any(_bare(one.text or "") == _bare(words) for one in reader.readings(picture, place))


def _bare(words: str) -> str:
    return re.sub(r"\s", "", words).lower()
