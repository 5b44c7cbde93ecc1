"""Korean particles (josa) that a writer glues to a closing bracket, put where they are meant.

`(cat:1.3)GA`, with a particle GA, is one word to its writer, but ComfyUI encodes two. Each line of josa.txt is a place
in a chain of particles, and a chain takes at most one word of each, in this order.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from .brackets import PIECE, words_end

HANGUL = "\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f"
"""Syllables, and letters as macOS writes them apart (NFD)."""
ENDS_WITH_CALL = re.compile(r"embedding:\s*(?:\\[()]|[^\s()])*$")
IS_HANGUL = f"[{HANGUL}]"


def place_particles(text: str) -> tuple[str, list[str]]:
    """The prompt with each particle behind a weighted word in the brackets, and what else is glued to a bracket.

    Behind an embedding in brackets a particle becomes a word of its own.

    Args:
        text: every bracket in it has a partner.

    >>> particle, noun = "\uc774", "\ub2ec"  # the subject's particle, and "moon"
    >>> place_particles(f"(({noun}): 1.3){particle}") == (f"(({noun}{particle}): 1.3)", [])
    True
    """
    pieces = PIECE.findall(text)
    apart: list[str] = []
    opened: list[int] = []
    last_letter: dict[int, int] = {}
    """Closing bracket -> the last letter in it, which may stand in brackets within brackets."""
    for place, piece in enumerate(pieces):
        if piece == "(":
            opened.append(place)
        if piece != ")":
            continue
        begin = opened.pop() + 1
        inside = "".join(pieces[begin:place])
        end = place - (len(inside) - words_end(inside))
        letters = [number for number in range(begin, end) if pieces[number].strip()]
        letter = last_letter.get(letters[-1], letters[-1]) if letters else place
        if pieces[letter] == ")":
            continue  # Nothing is in the brackets.
        last_letter[place] = letter
        stop = place + 1
        while stop < len(pieces) and re.match(IS_HANGUL, pieces[stop]):
            stop += 1
        glued = "".join(pieces[place + 1 : stop])
        if not glued:
            continue
        if ENDS_WITH_CALL.search("".join(pieces[begin : letter + 1])):
            pieces[place + 1] = " " + pieces[place + 1]
        elif is_particle(glued):
            pieces[letter] += glued
            pieces[place + 1 : stop] = [""] * (stop - place - 1)
        else:
            apart.append(unicodedata.normalize("NFC", glued))
    return "".join(pieces), apart


def is_particle(word: str) -> bool:
    """Whether it is a particle, or particles one behind the other."""
    return bool(word) and _chain().fullmatch(unicodedata.normalize("NFC", word)) is not None


@lru_cache(maxsize=1)
def _chain() -> re.Pattern[str]:
    places = Path(__file__).with_name("josa.txt").read_text(encoding="utf-8").splitlines()
    return re.compile("".join(f"(?:{'|'.join(words.split())})?" for words in places))
