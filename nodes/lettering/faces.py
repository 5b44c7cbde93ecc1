"""A face for each script, matched to the main one in size and baseline."""

from dataclasses import dataclass
from functools import cached_property

from .coverage import is_drawn
from .face import Face
from .text import HANGUL, HANJA, LATIN, NUMERALS, OTHER, has_ink, script

EM = 1000
SAMPLES = {HANGUL: "\uad6d", HANJA: "\u570b\u56fd\u56db\u65e5", LATIN: "HE", NUMERALS: "08"}
"""Letters that are as high as their script; the first that a font draws is measured."""
OF_HANGUL = {HANJA: 1.0, LATIN: 0.8, NUMERALS: 0.8}
"""Height beside the main font's Hangul where it has no letter of that script."""
CENTRED = {HANJA}
"""Scripts without a baseline: they stand at Hangul's middle."""


@dataclass(frozen=True)
class Matched:
    """A face beside another."""

    face: Face
    scale: float = 1.0
    """Of the size that is asked for."""
    lower: float = 0.0
    """How far its baseline stands below the main one, in ems of the main one."""


@dataclass(frozen=True)
class Faces:
    """The main face, and those that scripts have of their own."""

    main: Face
    own: tuple[tuple[str, Face], ...] = ()
    """(script, face)."""

    @cached_property
    def _matched(self) -> dict[str, Matched]:
        return {script: _match(self.main, face, script) for script, face in self.own}

    def of(self, letter: str) -> Matched | None:
        """What sets a grapheme; None for marks and spaces, which go with what they stand beside."""
        kind = script(letter)
        return None if kind == OTHER else self._matched.get(kind, Matched(self.main))

    def beside(self, mark: str, before: Matched | None, after: Matched | None) -> Matched:
        """What sets a mark or space between letters of two faces, or of one: that one where it draws the mark."""
        if before is None or before != after or (has_ink(mark) and not is_drawn(before.face, mark)):
            return Matched(self.main)
        return before


def _match(main: Face, face: Face, script: str) -> Matched:
    """The face in the height of what the main face has for the script, or of a share of its Hangul."""
    if face is main:
        return Matched(main)
    top, bottom = _span(face, SAMPLES[script]) or (0.0, 0.0)
    wanted = _span(main, SAMPLES[script])
    hangul = _span(main, SAMPLES[HANGUL])
    if wanted is None and hangul is not None:
        height = (hangul[0] - hangul[1]) * OF_HANGUL.get(script, 1.0)
        middle = sum(hangul) / 2
        wanted = (middle + height / 2, middle - height / 2) if script in CENTRED else (height, 0.0)
    if wanted is None or top == bottom:
        return Matched(face)
    scale = (wanted[0] - wanted[1]) / (top - bottom)
    lower = (scale * (top + bottom) - sum(wanted)) / 2 / EM if script in CENTRED else 0.0
    return Matched(face, scale, lower)


def _span(face: Face, samples: str) -> tuple[float, float] | None:
    """(top, bottom) of the ink of the first sample that is drawn, above the baseline, in thousandths of the em."""
    for sample in samples:
        glyph = face.shape(sample, EM)[0]
        _, top, _, bottom = face.box(glyph.number, EM)
        if glyph.number and top != bottom:
            return -top, -bottom
    return None
