"""Text of one size as lines that fit a length."""

from dataclasses import dataclass

from .breaks import WORD_WISE
from .letters import Letters, Step, justified
from .wrap import wrap


@dataclass(frozen=True)
class Line:
    """A line of a block."""

    steps: list[Step]
    length: float
    """px without what hangs, outline included."""
    hang: float
    """px that stand before its start."""


@dataclass(frozen=True)
class Block:
    """Lines one below the other or, in columns, one left of the other."""

    letters: Letters
    lines: list[Line]

    @property
    def depth(self) -> float:
        """px across its lines."""
        return self.letters.line * len(self.lines)


def filled(
    text: str,
    letters: Letters,
    along: float,
    across: float,
    breaking: str = WORD_WISE,
    justify: bool = False,
    even: bool = True,
) -> Block | None:
    """The text in lines of at most `along` px.

    Args:
        text: with line ends that stay; empty = a block without lines.
        along, across: px that lines may be long, and all of them deep.
        breaking: see `segments`.
        justify: all lines but the last of a paragraph are `along` px.
        even: other lines are as even as their number allows.

    Returns:
        The block, or None where it does not fit.
    """
    limit = along - 2 * letters.outline + letters.tracking
    wanted: list[tuple[str, float]] = []
    for paragraph in text.split("\n") if text else []:
        wrapped = wrap(paragraph, limit, letters.length, breaking, even and not justify, letters.hang)
        if wrapped is None:
            return None
        wanted += [(line, limit if justify else 0.0) for line in wrapped[:-1]]
        wanted.append((wrapped[-1], 0.0))
    if letters.line * len(wanted) > across:
        return None
    lines = [_line(line, letters, target) for line, target in wanted]
    # Kerning across the breaks that were not taken is not in the sum of the segments.
    return Block(letters, lines) if all(line.length <= along for line in lines) else None


def _line(text: str, letters: Letters, target: float) -> Line:
    steps = letters.steps(text)
    first, last = letters.hangs(text)
    length = sum(step.length for step in steps) - first - last
    if target > length:
        steps, length = justified(steps, target - length), target
    return Line(steps, length - (letters.tracking if steps else 0.0) + 2 * letters.outline, first)
