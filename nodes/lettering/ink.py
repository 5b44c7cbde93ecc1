"""Letters on a picture-sized layer: plate, shadow, outline and letter, one over the other."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from ..page.drawing import Move, Shape
from .letters import HORIZONTAL, Glyph, Letters, Step

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Paint:
    """Colours, and px of what lies under the letters; 0 = none."""

    colour: Colour
    outline_colour: Colour
    shadow: float = 0.0
    """To the right and down; half of it soft."""
    shadow_colour: Colour = (0, 0, 0)
    plate: float = 0.0
    """Around a block."""
    plate_colour: Colour = (0, 0, 0)


class Ink:
    """Two coverage planes, `[H,W]` uint8 each: the letters, and the letters with their outline."""

    def __init__(self, width: int, height: int) -> None:
        self.letters = np.zeros((height, width), np.uint8)
        self.outlined = np.zeros((height, width), np.uint8)
        self.blocks: list[tuple[int, int, int, int]] = []
        """Left, top, right, bottom of every block's ink."""
        self._placed: list[tuple[Glyph, float, float, float]] = []
        """Every glyph, x and y of its origin, and the px that its outline is thick."""

    def block(self, lines: list[tuple[list[Step], Letters, float, float]]) -> None:
        """Draw lines that belong together: (a line, how it is set, x and y of where its axis begins in px)."""
        boxes = [box for steps, letters, x, y in lines for box in self._line(steps, letters, x, y)]
        if boxes:
            left, top, right, bottom = zip(*boxes, strict=True)
            self.blocks.append((min(left), min(top), max(right), max(bottom)))

    def _line(self, steps: list[Step], letters: Letters, x: float, y: float) -> list[tuple[int, int, int, int]]:
        boxes: list[tuple[int, int, int, int]] = []
        for step in steps:
            for glyph in step.glyphs:
                self._placed.append((glyph, x + glyph.x, y + glyph.y, letters.outline))
                for plane, stroke in ((self.letters, 0), (self.outlined, letters.outline)):
                    at = (x + glyph.x, y + glyph.y)
                    coverage, left, top = glyph.face.draw(
                        glyph.number, glyph.size, at, glyph.stretch, glyph.turned, stroke
                    )
                    add(plane, coverage, left, top)
                    if coverage.size:
                        boxes.append((left, top, left + coverage.shape[1], top + coverage.shape[0]))
            x, y = (x + step.length, y) if letters.direction == HORIZONTAL else (x, y + step.length)
        return boxes

    def paint(self, paint: Paint) -> np.ndarray:
        """The layer `[H,W,4]` uint8 with straight alpha."""
        letters = self.letters[..., None].astype(np.float32) / 255.0
        alpha = np.maximum(self.letters, self.outlined)
        colours = np.array(paint.outline_colour) * (1 - letters) + np.array(paint.colour) * letters
        # Thin letters without an outline must not show the outline's colour through their soft rim.
        bare = self.outlined <= self.letters
        colours[bare] = paint.colour
        layer = np.concatenate([np.round(colours).astype(np.uint8), alpha[..., None]], axis=2)
        return self._shaded(layer, paint)

    def shade(self, paint: Paint) -> np.ndarray:
        """The same without letters and outlines: what stays pixels where these are `shapes`."""
        return self._shaded(np.zeros((*self.letters.shape, 4), np.uint8), paint)

    def shapes(self, paint: Paint) -> tuple[Shape, ...]:
        """The letters over their outlines, in px of the layer."""
        paths = self._paths()
        # A stroke lies half inside.
        outlines = [Shape(path, paint.outline_colour, 2 * outline) for path, outline in paths if outline]
        return (*outlines, *(Shape(path, paint.colour) for path, _ in paths))

    def letter_paths(self) -> list[tuple[Move, ...]]:
        """The letters alone, in px of the layer."""
        return [path for path, _ in self._paths()]

    def _paths(self) -> list[tuple[tuple[Move, ...], float]]:
        """Every letter, and the px that its outline is thick."""
        paths = (
            (glyph.face.path(glyph.number, glyph.size, (x, y), glyph.stretch, glyph.turned), outline)
            for glyph, x, y, outline in self._placed
        )
        return [(path, outline) for path, outline in paths if path]

    def _shaded(self, layer: np.ndarray, paint: Paint) -> np.ndarray:
        if paint.shadow:
            alpha = np.maximum(self.letters, self.outlined)
            layer = _under(layer, _shadow(alpha, paint.shadow), paint.shadow_colour)
        if paint.plate:
            layer = _under(layer, self._plates(paint.plate), paint.plate_colour)
        return layer

    def _plates(self, padding: float) -> np.ndarray:
        plane = np.zeros_like(self.letters)
        for left, top, right, bottom in self.blocks:
            more = round(padding)
            plane[max(0, top - more) : bottom + more, max(0, left - more) : right + more] = 255
        return plane


def _shadow(alpha: np.ndarray, distance: float) -> np.ndarray:
    """`[H,W]` uint8: coverage moved to the right and down, softened by half as much."""
    moved = np.zeros_like(alpha)
    by = max(1, round(distance))
    moved[by:, by:] = alpha[:-by, :-by]
    return np.asarray(Image.fromarray(moved).filter(ImageFilter.GaussianBlur(distance / 2)))


def _under(layer: np.ndarray, coverage: np.ndarray, colour: Colour) -> np.ndarray:
    """A layer with another of one colour beneath it; both with straight alpha."""
    below = np.empty_like(layer)
    below[..., :3], below[..., 3] = colour, coverage
    return np.asarray(Image.alpha_composite(Image.fromarray(below), Image.fromarray(layer)))


def add(plane: np.ndarray, coverage: np.ndarray, left: int, top: int) -> None:
    """Lay coverage over a plane at (left, top); what stands beyond its edges is cut."""
    height, width = coverage.shape
    rows = slice(*np.clip((top, top + height), 0, plane.shape[0]))
    columns = slice(*np.clip((left, left + width), 0, plane.shape[1]))
    part = coverage[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    if part.size:
        np.maximum(plane[rows, columns], part, out=plane[rows, columns])
