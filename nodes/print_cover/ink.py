"""Letters on a picture-sized layer: what is letter, what is outline."""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Hangul, Han, kana and everything wide stands upright in a column; words of other scripts lie on their side.
WIDE = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60"
PIECES = rf"[{WIDE}]|\s+|[^\s{WIDE}]+(?:\s+[^\s{WIDE}]+)*"
CELL = 1.05
SPACE = 0.4
LINE = 1.3


@dataclass(frozen=True)
class Cell:
    """One step down a column."""

    text: str
    length: float
    """px along the column."""
    lying: bool


class Face:
    """A font in one size, with its outline."""

    def __init__(self, path: str, size: int, outline: int) -> None:
        self.size = size
        self.outline = outline
        self._path = path

    @cached_property
    def font(self) -> ImageFont.FreeTypeFont:
        """The font as Pillow draws it."""
        return ImageFont.truetype(self._path, self.size)

    @property
    def line(self) -> float:
        """From one line or column to the next, px."""
        return self.size * LINE

    def row_length(self, text: str) -> float:
        """px of a line, outline included."""
        return self.font.getlength(text) + 2 * self.outline

    def column_length(self, text: str) -> float:
        """px of a column, outline included."""
        return sum(cell.length for cell in self.cells(text)) + 2 * self.outline

    def cells(self, text: str) -> list[Cell]:
        """A column from top to bottom. A single letter or digit stands upright, a sign such as a dash does not."""
        cells = []
        for piece in re.findall(PIECES, text):
            if piece.isspace():
                cells.append(Cell("", self.size * SPACE, False))
            elif (len(piece) == 1 and piece.isalnum()) or re.match(f"[{WIDE}]", piece):
                cells.append(Cell(piece, self.size * CELL, False))
            else:
                cells.append(Cell(piece, self.font.getlength(piece), True))
        return cells


class Ink:
    """Two coverage planes, `[H,W]` uint8 each: the letters, and the letters with their outline."""

    def __init__(self, width: int, height: int) -> None:
        self.letters = Image.new("L", (width, height))
        self.outlined = Image.new("L", (width, height))

    def row(self, text: str, face: Face, left: float, top: float) -> None:
        """A line whose box begins at (left, top) and is `face.line` high."""
        middle = (left + face.outline, top + face.line / 2)
        for plane, stroke in ((self.letters, 0), (self.outlined, face.outline)):
            ImageDraw.Draw(plane).text(middle, text, 255, face.font, anchor="lm", stroke_width=stroke)

    def column(self, text: str, face: Face, left: float, top: float) -> None:
        """A column whose box begins at (left, top) and is `face.line` wide."""
        centre, top = left + face.line / 2, top + face.outline
        for cell in face.cells(text):
            if cell.lying:
                self._lying(cell, face, centre, top)
            else:
                middle = (centre, top + cell.length / 2)
                for plane, stroke in ((self.letters, 0), (self.outlined, face.outline)):
                    ImageDraw.Draw(plane).text(middle, cell.text, 255, face.font, anchor="mm", stroke_width=stroke)
            top += cell.length

    def paint(self, letter_colour: tuple[int, int, int], outline_colour: tuple[int, int, int]) -> np.ndarray:
        """The layer `[H,W,4]` uint8 with straight alpha."""
        letters = np.asarray(self.letters, np.float32)[..., None] / 255.0
        alpha = np.maximum(np.asarray(self.letters), np.asarray(self.outlined))
        colours = np.array(outline_colour) * (1 - letters) + np.array(letter_colour) * letters
        # Thin letters without an outline must not show the outline's colour through their soft rim.
        bare = np.asarray(self.outlined) <= np.asarray(self.letters)
        colours[bare] = letter_colour
        return np.concatenate([np.round(colours).astype(np.uint8), alpha[..., None]], axis=2)

    def _lying(self, cell: Cell, face: Face, centre: float, top: float) -> None:
        pad = 2 * face.outline + 2
        for plane, stroke in ((self.letters, 0), (self.outlined, face.outline)):
            strip = Image.new("L", (round(cell.length) + 2 * pad, round(face.line) + 2 * pad))
            middle = (pad, strip.height / 2)
            ImageDraw.Draw(strip).text(middle, cell.text, 255, face.font, anchor="lm", stroke_width=stroke)
            turned = strip.transpose(Image.Transpose.ROTATE_270)
            plane.paste(255, (round(centre - turned.width / 2), round(top) - pad), turned)
