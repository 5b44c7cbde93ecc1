"""Whether a font draws a letter: its character map may promise what no outline keeps."""

from itertools import pairwise

from .face import Face

EM = 1000
NOTHING = (0.0, 0.0, 0.0, 0.0)
OLD_JAMO = [(0x1100, 0x11FF), (0xA960, 0xA97F), (0xD7B0, 0xD7FF)]
IDEOGRAPHIC_SELECTORS = range(0xE0100, 0xE01F0)


def is_drawn(face: Face, letter: str) -> bool:
    """Whether what the face draws for a grapheme with ink is that letter.

    It is not where a character is not in the map, where nothing or the sign for a missing letter is drawn, where the
    jamo of an old syllable stand in a row, and where a Hanja's variant is asked for that the font does not have.
    """
    glyphs = face.shape(letter, EM)
    inked = [glyph for glyph in glyphs if face.box(glyph.number, EM) != NOTHING]
    if not inked or any(glyph.number == 0 for glyph in glyphs):
        return False
    if letter[0].isalnum() and any(_is_the_missing_sign(face, glyph.number) for glyph in inked):
        return False
    if len(letter) > 1 and all(any(first <= ord(one) <= last for first, last in OLD_JAMO) for one in letter):
        return sum(glyph.advance > 0 for glyph in inked) == 1
    return all(
        face.has_variant(base, selector)
        for base, selector in pairwise(letter)
        if ord(selector) in IDEOGRAPHIC_SELECTORS
    )


def _is_the_missing_sign(face: Face, number: int) -> bool:
    """Whether a glyph is a copy of what the face draws for a missing letter."""
    return face.box(number, EM) == face.box(0, EM) and face.outline(number) == face.outline(0)
