"""How high the letters of a font are: of Hangul and Hanja the body, of all else capitals. They count as one and the
same, so that words keep their visual size from Latin to Hangul and back."""

from ..face import Face
from ..text import HANGUL, HANJA, graphemes, script

BODY, CAPITALS = "\uad6d\ubc25\ubb49\ud6d1", "HEX"


def standard(words: str, face: Face) -> tuple[float, float]:
    """Head and foot of a text's letters above the baseline, in ems: of Hangul and Hanja the body, else capitals."""
    is_body = any(script(letter) in (HANGUL, HANJA) for letter in graphemes(words))
    for sample in (BODY, CAPITALS) if is_body else (CAPITALS, BODY):
        boxes = [face.box(face.shape(letter, 1000)[0].number, 1000) for letter in sample if face.shape(letter, 1000)]
        tops, bottoms = [-box[1] for box in boxes if any(box)], [-box[3] for box in boxes if any(box)]
        if tops:
            return max(tops) / 1000, min(bottoms) / 1000
    return 0.8, 0.0


def foot(face: Face) -> float:
    """Where letters without a part below end, above the baseline in ems: not all fonts set Latin on it."""
    return -face.box(face.shape("H", 1000)[0].number, 1000)[3] / 1000
