"""Calls of embeddings in a prompt, written so that ComfyUI finds the file that is meant.

ComfyUI takes for a name whatever stands between `embedding:` and the next blank, and only where a blank or a bracket is
before it; what it does not find it leaves out. `embedding:economyESEO`, with a particle ESEO, names no file.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from ..ground import UserError
from .brackets import words_end
from .josa import HANGUL

SIGN = "embedding:"
BEGIN = r"(?i:embedding)[:\uff1a]"
"""Also with a capital, as telephones begin a sentence, and with the wide colon of a Korean keyboard."""
CALL = re.compile(rf"(?P<sign>{BEGIN}(?:\s*embedding:)*)\s*,*(?P<name>(?:(?!{BEGIN})(?:\\[()]|[^\s<\[()]))*)")
"""Also begun twice; a name ends where the next call begins."""
TO_BRACKET = re.compile(r"(?:\\[()]|[^()])*")
GLUED = re.compile(rf"[{HANGUL}]|[^\w./\\-]|[./\\-]+$")
"""How what is glued to a name begins, and the rest of a longer name does not."""


@dataclass(frozen=True)
class Calls:
    """The calls of a prompt, each as ComfyUI reads it."""

    text: str
    used: list[str]
    """Names by which ComfyUI finds them."""
    changed: list[str]
    """"this is that", of what ComfyUI would have left out."""
    missing: list[str]
    """Names that are not found."""


def set_apart(text: str, find: Callable[[str], str | None]) -> Calls:
    """The prompt with each call of an embedding as ComfyUI reads it.

    Args:
        text: every bracket in it has a partner.
        find: a name -> the name by which ComfyUI finds what is meant; None where there is no such embedding.

    Raises:
        UserError: a call without a name.

    >>> set_apart("sun,embedding:moon!", lambda name: name if name == "moon" else None).text
    'sun, embedding:moon !'
    """
    written: list[str] = []
    used: list[str] = []
    changed: list[str] = []
    missing: list[str] = []
    done = 0
    for match in CALL.finditer(text):
        raw = _name(match, text)
        name = unescape(raw)
        found, rest = _found(name, find)
        call = SIGN + raw
        if found:
            used.append(found)
            # ComfyUI itself sets commas apart.
            if match["sign"] != SIGN or found + "," * len(rest) != name:
                call = SIGN + escape(found) + (f" {escape(rest)}" if rest else "")
                changed.append(_change(match["sign"] + raw, call))
            if not _is_apart(text[max(match.start() - 2, 0) : match.start()]):
                call = " " + call
        elif name and match["sign"] == SIGN:
            missing.append(name)
        elif SIGN in match["sign"]:
            raise UserError(f"Expected a name after {SIGN} in the prompt: write that of an embedding, or delete it.")
        else:
            continue
        written += [text[done : match.start()], call]
        done = match.start("name") + len(raw)
    return Calls("".join([*written, text[done:]]), used, changed, missing)


def unescape(text: str) -> str:
    r"""`\(` and `\)` as the letters that they are."""
    return text.replace(r"\(", "(").replace(r"\)", ")")


def escape(text: str) -> str:
    """The other way."""
    return text.replace("(", r"\(").replace(")", r"\)")


def _name(match: re.Match[str], text: str) -> str:
    """The name that ComfyUI looks for, without a weight behind it."""
    name = match["name"]
    to_bracket = TO_BRACKET.match(text, match.end())
    assert to_bracket is not None  # It takes nothing, too.
    if text[to_bracket.end() : to_bracket.end() + 1] != ")":
        return name
    end = words_end(SIGN + name + to_bracket[0]) - len(SIGN)
    # Before the name: the name is a number, which ComfyUI would take for the weight of the word "embedding".
    return name if end < 0 else name[:end]


def _found(name: str, find: Callable[[str], str | None]) -> tuple[str | None, str]:
    """What is found of a name, the longest first, and what is glued to it."""
    found = find(name) if name else None
    if found:
        return found, ""
    name = unicodedata.normalize("NFC", name)
    for length in range(len(name) - 1, 0, -1):
        found = find(name[:length]) if GLUED.match(name, length) else None
        if found:
            return found, name[length:]
    return None, ""


def _change(written: str, call: str) -> str:
    if unicodedata.normalize("NFC", written) == unicodedata.normalize("NFC", call):
        return f"{call} has its letters composed otherwise (NFC, NFD)"
    return f"{written} is {call}"


def _is_apart(before: str) -> bool:
    return before[-1:].strip() == "" or (before[-1] in "()" and before[-2:-1] != "\\")
