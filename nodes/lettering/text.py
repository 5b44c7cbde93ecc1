"""Text as it is set: one form of every syllable, plain spaces, graphemes and their scripts."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

HANGUL, HANJA, LATIN, NUMERALS, OTHER = "hangul", "hanja", "latin", "numerals", "other"
RIGHT_TO_LEFT = {"R", "AL", "AN"}
SCRIPTS = {"Hang": HANGUL, "Hani": HANJA, "Latn": LATIN, "Grek": LATIN, "Cyrl": LATIN}
"""Unicode's scripts that have a font of their own."""
NEW_LINES = "\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]"
CONTROLS = "[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f]"


def clean(text: str) -> str:
    """Composed Hangul, one kind of line end, single plain spaces; other spaces and empty lines inside stay.

    >>> clean(" The   Sea\\r\\n\\r\\nof\\u00a0 Fog\\n")
    'The Sea\\n\\nof\\xa0 Fog'
    """
    text = re.sub(NEW_LINES, "\n", unicodedata.normalize("NFC", text))
    lines = re.sub(CONTROLS, "", text.replace("\t", " ")).split("\n")
    return "\n".join(re.sub(" +", " ", line).strip(" ") for line in lines).strip("\n")


def graphemes(text: str) -> list[str]:
    """What a reader calls one letter each: an old syllable of three jamo, a letter with its accents, an emoji.

    >>> [len(grapheme) for grapheme in graphemes("\\u1112\\u119e\\u11abe\\u0301!")]
    [3, 2, 1]
    """
    return list(_graphemes(text))


@lru_cache(maxsize=1024)
def _graphemes(text: str) -> tuple[str, ...]:
    """The same words are parted for every font that they are tried in."""
    from uniseg.graphemecluster import grapheme_clusters

    return tuple(grapheme_clusters(text))


def script(grapheme: str) -> str:
    """One of the five kinds of letter that may have a font each; marks and spaces are OTHER.

    >>> [script(letter) for letter in "\\uac00\\u6f22e7!"]
    ['hangul', 'hanja', 'latin', 'numerals', 'other']
    """
    if unicodedata.category(grapheme[0]) == "Nd":
        return NUMERALS
    return SCRIPTS.get(writing(grapheme), OTHER)


def writing(grapheme: str) -> str:
    """Its script as Unicode names it, such as "Hang"; "Zyyy" for what all share."""
    from fontTools import unicodedata as scripts

    return scripts.script(grapheme[0])


def is_right_to_left(grapheme: str) -> bool:
    """Of a script such as Arabic or Hebrew."""
    return unicodedata.bidirectional(grapheme[0]) in RIGHT_TO_LEFT


def has_ink(grapheme: str) -> bool:
    """Whether a font must draw something for it: spaces, joiners, fillers and direction marks draw nothing."""
    return not all(
        unicodedata.category(character) in {"Cf", "Cc", "Zs", "Zl", "Zp"} or character in FILLERS
        for character in grapheme
    )


FILLERS = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u034f", *map(chr, range(0xFE00, 0xFE10))}


def same_script_runs(text: str) -> list[tuple[int, int, str]]:
    """(start, end, script by Unicode's name) of stretches that are shaped at once; what all share goes with what is
    before it, at the start with what follows.

    >>> same_script_runs("(Sea) \\ubc14\\ub2e4")
    [(0, 6, 'Latn'), (6, 8, 'Hang')]
    """
    shared = {"Zyyy", "Zinh", "Zzzz"}
    names: list[str] = []
    for character in text:
        name = writing(character)
        names.append(names[-1] if name in shared and names else name)
    own = next((name for name in names if name not in shared), "Zyyy")
    names = [own if name in shared else name for name in names]
    edges = [0, *(at for at, (one, other) in enumerate(pairwise(names), 1) if one != other), len(text)]
    return [(start, end, names[start]) for start, end in pairwise(edges) if start < end]
