"""A plain line of words as outlines, for what is no title: the numerals under a bar code, a note to the printer."""

from collections.abc import Sequence
from pathlib import Path

from ..page.drawing import Shape
from .choice import faces_of
from .fonts import AUTO, available
from .letters import Letters

FINE = 1000


def outlined(text: str, model_fonts: Sequence[Path] = ()) -> tuple[tuple[Shape, ...], float]:
    """A line in black in the first font that has all its letters.

    Args:
        text: one line.
        model_fonts: what the user put under models/fonts; these come first.

    Returns:
        The outlines in ems, y down from the baseline at (0, 0), and the line's length in ems.

    Raises:
        UserError: no font has all the letters.
    """
    faces, _ = faces_of(available(list(model_fonts)), AUTO, {}, text, 0, 100)
    shapes: list[Shape] = []
    pen = 0.0
    for step in Letters(faces, FINE, 0).steps(text):
        for glyph in step.glyphs:
            path = glyph.face.path(glyph.number, glyph.size, (pen + glyph.x, glyph.y), glyph.stretch, glyph.turned)
            if path:
                shapes.append(Shape(path).placed(1 / FINE, 0, 0))
        pen += step.length
    return tuple(shapes), pen / FINE
