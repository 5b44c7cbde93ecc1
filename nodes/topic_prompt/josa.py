"""Korean particles (josa) that a writer glues to a weight or to an embedding, put where they are meant.

`(cat:1.3)GA`, with a particle GA, is one word to its writer, but ComfyUI encodes two; `embedding:economyESEO` names a
file that does not exist, and ComfyUI leaves it out. Only particles of josa.txt are moved; other words stay as they are.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

HANGUL = "\uac00-\ud7a3"
GROUP_END = re.compile(rf"(?<!\\)(?P<weight>(?::[0-9.]+)?)(?P<close>\)+)(?P<glued>[{HANGUL}]+)")
EMBEDDING = re.compile(r"embedding:(?P<name>[^\s,:()<\[]+)")
GLUED_BEFORE = re.compile(rf"(?<=[{HANGUL}])(?=embedding:)")


def place_particles(text: str, is_embedding: Callable[[str], bool]) -> str:
    """The same prompt with each glued particle where ComfyUI reads it as its writer means it.

    A particle after a weighted word joins the word inside; a particle after an embedding becomes a word of its own.

    Args:
        is_embedding: whether an embedding of this name exists.

    >>> particle, noun = "\uc774", "\ub2ec"  # the subject's particle, and "moon"
    >>> placed = place_particles(f"({noun}:1.3){particle} embedding:economy{particle}", lambda name: name == "economy")
    >>> placed == f"({noun}{particle}:1.3) embedding:economy {particle}"
    True
    """
    text = GLUED_BEFORE.sub(" ", text)
    text = EMBEDDING.sub(lambda match: _apart(match, is_embedding), text)
    return GROUP_END.sub(lambda match: _joined(match, text), text)


def _apart(match: re.Match[str], is_embedding: Callable[[str], bool]) -> str:
    name = match["name"]
    if is_embedding(name):
        return match[0]
    for length in range(len(name) - 1, 0, -1):
        if name[length:] in _particles() and is_embedding(name[:length]):
            return f"embedding:{name[:length]} {name[length:]}"
    return match[0]


def _joined(match: re.Match[str], text: str) -> str:
    if match["glued"] not in _particles():
        return match[0]
    inside = text[: match.start()].rpartition("(")[2]
    if "embedding:" in inside.rpartition(" ")[2]:
        return f"{match['weight']}{match['close']} {match['glued']}"
    return f"{match['glued']}{match['weight']}{match['close']}"


@lru_cache(maxsize=1)
def _particles() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("josa.txt").read_text(encoding="utf-8").split())
