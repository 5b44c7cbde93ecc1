"""Letters of one size as rows and columns: which glyph stands where."""

from dataclasses import dataclass, replace
from functools import cached_property

from .breaks import MARKS, as_line
from .face import Face, Shaped
from .faces import Faces, Matched
from .orientation import BRACKET, IN_CORNER, LYING, PAIR, SPACE, Piece, is_bracket, pieces
from .text import graphemes, is_right_to_left, same_script_runs

HORIZONTAL, VERTICAL, TURNED = "horizontal", "vertical", "turned"
"""Rows; columns from right to left; rows that are turned clockwise as a whole."""
CELL = 1.05
"""Ems down a column that a standing letter takes."""
HALF = 0.55
"""The same, for a comma or full stop in the corner."""
GAP = 0.4
"""The same, for a space."""
UPRIGHT = {"vert": True, "vrt2": True}
TRACKED = {"liga": False, "clig": False}
"""Letters that are set apart do not melt into each other."""


@dataclass(frozen=True)
class Glyph:
    """A glyph at its place, in px from where its step begins on the line's axis: the baseline of a row, the middle
    of a column."""

    face: Face
    number: int
    size: float
    x: float
    y: float
    stretch: float = 1.0
    turned: bool = False


@dataclass(frozen=True)
class Step:
    """What goes on along a line at once."""

    glyphs: tuple[Glyph, ...]
    length: float
    """px."""
    text: str

    @property
    def is_space(self) -> bool:
        """Whether justified lines grow here first."""
        return self.text.isspace()


def justified(steps: list[Step], more: float) -> list[Step]:
    """The same line, longer by `more` px: in its spaces, or without any between all letters."""
    inner = steps[:-1]
    growing = [step.is_space for step in inner] if any(step.is_space for step in inner) else [True] * len(inner)
    share = more / max(1, sum(growing))
    grown = [
        Step(step.glyphs, step.length + share * grows, step.text) for step, grows in zip(inner, growing, strict=True)
    ]
    return [*grown, *steps[-1:]]


@dataclass(frozen=True)
class Letters:
    """How a block is set."""

    faces: Faces
    size: int
    """px of the em."""
    outline: int
    """px around every letter."""
    tracking: float = 0.0
    """px after every letter."""
    leading: float = 1.3
    """Ems from one line or column to the next."""
    direction: str = HORIZONTAL
    hanging: float = 0.0
    """px that marks and brackets at the ends of lines may stand beyond them."""

    @property
    def line(self) -> float:
        """From one line or column to the next, px."""
        return self.size * self.leading

    @cached_property
    def middle(self) -> int:
        """px from the baseline up to the middle of a row."""
        return self.faces.main.middle(self.size)

    def length(self, text: str) -> float:
        """px of a part of a line, its last tracking included."""
        found = self._lengths.get(text)
        if found is None:
            found = self._lengths[text] = sum(step.length for step in self.steps(text))
        return found

    @cached_property
    def _lengths(self) -> dict[str, float]:
        return {}

    def steps(self, text: str) -> list[Step]:
        """A line from its start to its end: a row from left to right, a column from top to bottom."""
        set_line = {HORIZONTAL: self._row, VERTICAL: self._column, TURNED: self._lying}[self.direction]
        return [Step(step.glyphs, step.length + self.tracking, step.text) for step in set_line(text)]

    def hang(self, text: str) -> float:
        """px that stand beyond the ends of segments that make a line."""
        return sum(self.hangs(as_line(text))) if self.hanging else 0.0

    def hangs(self, line: str) -> tuple[float, float]:
        """px of a line that stand beyond its start and its end; a line of two marks does not hang."""
        if not self.hanging or len(line) < 3:
            return 0.0, 0.0
        first, last = line[0] in MARKS["hang first"], line[-1] in MARKS["hang last"]
        lengths = self.length(line[0]) * first, self.length(line[-1]) * last
        return min(lengths[0], self.hanging), min(lengths[1], self.hanging)

    def _row(self, text: str) -> list[Step]:
        steps: list[Step] = []
        features = TRACKED if self.tracking else None
        for run, matched, script, backwards in self._runs(text):
            lower = matched.lower * self.size
            glyphs = matched.face.shape(run, self.size * matched.scale, script, backwards, features)
            starts = sorted({glyph.cluster for glyph in glyphs})
            ends = dict(zip(starts, [*starts[1:], len(run)], strict=True))
            for start in sorted(starts, reverse=backwards):
                cluster = [glyph for glyph in glyphs if glyph.cluster == start]
                placed, length = self._placed(cluster, matched, lower)
                steps.append(Step(placed, length, run[start : ends[start]]))
        return steps

    def _placed(self, cluster: list[Shaped], matched: Matched, lower: float) -> tuple[tuple[Glyph, ...], float]:
        pen, placed = 0.0, []
        for glyph in cluster:
            size = self.size * matched.scale
            placed.append(Glyph(matched.face, glyph.number, size, pen + glyph.x, glyph.y + lower))
            pen += glyph.advance
        return tuple(placed), pen

    def _runs(self, text: str) -> list[tuple[str, Matched, str, bool]]:
        """Stretches of one face, script and direction in the order in which they are seen; what begins with a letter
        that is read from the right is seen from there."""
        scripts = [script for start, end, script in same_script_runs(text) for _ in range(start, end)]
        runs: list[tuple[str, Matched, str, bool]] = []
        at = 0
        for letter, matched in self._by_face(text):
            script = scripts[at]
            at += len(letter)
            if runs and runs[-1][1:3] == (matched, script):
                letter = runs.pop()[0] + letter
            runs.append((letter, matched, script, any(map(is_right_to_left, letter))))
        return runs[::-1] if runs and runs[0][3] else runs

    def _by_face(self, text: str) -> list[tuple[str, Matched]]:
        """Every grapheme with what sets it; a mark goes with the letters around it where they are of one face."""
        letters = graphemes(text)
        own = [self.faces.of(letter) for letter in letters]
        before, after = _carried(own), _carried(own[::-1])[::-1]
        return [
            (letter, one or self.faces.beside(letter, left or right, right or left))
            for letter, one, left, right in zip(letters, own, before, after, strict=True)
        ]

    def _column(self, text: str) -> list[Step]:
        steps: list[Step] = []
        for piece in pieces(text):
            if piece.kind == SPACE:
                steps.append(Step((), self.size * GAP, piece.text))
            elif piece.kind == LYING:
                steps += self._lying(piece.text)
            else:
                steps += self._standing(piece)
        return steps

    def _lying(self, text: str) -> list[Step]:
        return [
            Step(
                tuple(Glyph(g.face, g.number, g.size, -self.middle - g.y, g.x, turned=True) for g in step.glyphs),
                step.length,
                step.text,
            )
            for step in self._row(text)
        ]

    def _standing(self, piece: Piece) -> list[Step]:
        """A letter, or two side by side, upright in the middle of its cell; a bracket turned by the font or by us."""
        matched = self.faces.of(piece.text[0]) or Matched(self.faces.main)
        size = self.size * matched.scale
        plain = matched.face.shape(piece.text, size)
        upright = matched.face.shape(piece.text, size, features=UPRIGHT)
        by_font = len(plain) == 1 and plain[0].number != upright[0].number
        if piece.kind == BRACKET and not by_font:
            return self._turned(piece.text)
        if piece.kind == IN_CORNER and not by_font:
            return [self._in_corner(matched.face, plain[0].number, size, piece.text)]
        placed, width = self._placed(upright if by_font else plain, matched, matched.lower * self.size)
        stretch = min(1.0, self.size / width) if piece.kind == PAIR and width else 1.0
        # A tone mark stands at the left of its syllable and moves it nowhere.
        main = max(range(len(plain)), key=lambda at: plain[at].advance)
        middle = width / 2 if piece.kind == PAIR else placed[main].x + round(plain[main].advance / 2)
        down = self.size * CELL / 2 + self.middle
        glyphs = (Glyph(g.face, g.number, g.size, (g.x - middle) * stretch, g.y + down, stretch) for g in placed)
        return [Step(tuple(glyphs), self.size * CELL, piece.text)]

    def _turned(self, text: str) -> list[Step]:
        """On its side: brackets and quotes as they are, other marks with their ink in the middle."""
        steps = self._lying(text)
        if is_bracket(text[0]):
            return steps
        return [replace(step, glyphs=tuple(map(_in_the_middle, step.glyphs))) for step in steps]

    def _in_corner(self, face: Face, number: int, size: float, text: str) -> Step:
        """Its ink as far from the upper right corner as it is from the lower left one in a row."""
        left, top, right, _ = face.box(number, size)
        return Step((Glyph(face, number, size, self.size / 2 - left - right, left - top),), self.size * HALF, text)


def _carried(faces: list[Matched | None]) -> list[Matched | None]:
    """At each place the last face so far."""
    carried: list[Matched | None] = []
    for face in faces:
        carried.append(face or (carried[-1] if carried else None))
    return carried


def _in_the_middle(glyph: Glyph) -> Glyph:
    """A turned glyph with its ink around the axis of its column."""
    _, top, _, bottom = glyph.face.box(glyph.number, glyph.size)
    return replace(glyph, x=(top + bottom) / 2)
