"""Lines of one size, set once and then moved to wherever they shall stand."""

from dataclasses import dataclass

from ..ink import Ink
from ..letters import HORIZONTAL, Letters, Step
from .people import Box, around

LEFT, CENTRE, RIGHT = "left", "centre", "right"
SHARE = {LEFT: 0.0, CENTRE: 0.5, RIGHT: 1.0}
"""Of the free room, what stands before a line."""


@dataclass(frozen=True)
class Setting:
    """A title, a subtitle or an author."""

    letters: Letters
    lines: tuple[tuple[tuple[Step, ...], float, float], ...]
    """Steps, and where their axis begins, px."""
    text: tuple[str, ...]
    box: Box
    """Of its ink."""

    @property
    def size(self) -> int:
        """px of the letters."""
        return self.letters.size

    def moved(self, right: float, down: float) -> "Setting":
        """Elsewhere, in whole px."""
        right, down = round(right), round(down)
        lines = tuple((steps, x + right, y + down) for steps, x, y in self.lines)
        return Setting(self.letters, lines, self.text, self.box.moved(right, down))

    def draw(self, ink: Ink) -> None:
        """Into the ink of a whole picture."""
        ink.block([(list(steps), self.letters, x, y) for steps, x, y in self.lines])


def set_lines(text: list[str], letters: Letters, align: str) -> Setting:
    """Rows one below the other, or columns from right to left, with the left upper corner of their ink at (0, 0)."""
    set_steps = [letters.steps(line) for line in text]
    lengths = [sum(step.length for step in steps) - (letters.tracking if steps else 0.0) for steps in set_steps]
    lines: list[tuple[tuple[Step, ...], float, float]] = []
    for number, (steps, length) in enumerate(zip(set_steps, lengths, strict=True)):
        before = SHARE[align] * (max(lengths) - length)
        if letters.direction == HORIZONTAL:
            lines.append((tuple(steps), before, (number + 0.5) * letters.line + letters.middle))
        else:
            lines.append((tuple(steps), (len(text) - number - 0.5) * letters.line, before))
    box = _inked(lines, letters)
    # The pixels of a letter begin up to one before its outline, hinting moves them by as much, and so does `moved`.
    whole = Setting(letters, tuple(lines), tuple(text), box.grown(2, 2, 2, 2))
    return whole.moved(-whole.box.left, -whole.box.top)


def _inked(lines: list[tuple[tuple[Step, ...], float, float]], letters: Letters) -> Box:
    """What the glyphs cover."""
    boxes: list[Box] = []
    for steps, x, y in lines:
        for step in steps:
            for glyph in step.glyphs:
                left, top, right, bottom = glyph.face.box(glyph.number, glyph.size)
                if glyph.turned:
                    left, top, right, bottom = -bottom, left, -top, right
                else:
                    left, right = left * glyph.stretch, right * glyph.stretch
                if left < right and top < bottom:
                    boxes.append(Box(left, top, right, bottom).moved(x + glyph.x, y + glyph.y))
            x, y = (x + step.length, y) if letters.direction == HORIZONTAL else (x, y + step.length)
    return around(boxes) if boxes else Box(0, 0, letters.size, letters.size)
