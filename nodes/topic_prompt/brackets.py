"""Brackets and weights of a prompt, by the rules of ComfyUI's parser.

Source: comfy/sd1_clip.py of ComfyUI, parse_parentheses and token_weights: `(words)` weighs 1.1, `(words:1.4)` what it
says, where the number is any that Python's float takes, with blanks and signs; `\\(` and `\\)` are letters.
"""

import re

from ..ground import UserError

PIECE = re.compile(r"\\[()]|.", re.DOTALL)
"""A letter, a bracket, or a bracket that is a letter."""
DEEPEST = 100
"""ComfyUI's parser calls itself for every pair within a pair, until Python stops it."""
WEIGHT = re.compile(r"[(\uff08][^()\uff08\uff09]+[:\uff1a]\s*[-+]?\d*\.?\d+\s*[)\uff09]")
"""A weight as a Korean keyboard may write it, with wide brackets or a wide colon."""


def escape_lone(text: str) -> str:
    """The prompt with each bracket that has no partner as a letter.

    ComfyUI reads such a bracket as a letter too, but then the brackets that have a partner as well: weights are lost.

    >>> escape_lone("a) (b:1.2")
    'a\\\\) \\\\(b:1.2'

    Raises:
        UserError: brackets in brackets in brackets, too deep for ComfyUI.
    """
    pieces = PIECE.findall(text)
    opened: list[int] = []
    for place, piece in enumerate(pieces):
        if piece == "(":
            opened.append(place)
            if len(opened) > DEEPEST:
                raise UserError(
                    f"Expected at most {DEEPEST} brackets within each other: write \\( and \\) for letters."
                )
        elif piece == ")" and opened:
            opened.pop()
        elif piece == ")":
            pieces[place] = r"\)"
    for place in opened:
        pieces[place] = r"\("
    return "".join(pieces)


def words_end(inside: str) -> int:
    """Where the words between two brackets end: at the colon of a weight, or at the closing bracket.

    >>> words_end("moon: +1.4"), words_end("moon"), words_end("moon: high")
    (4, 4, 10)
    """
    colon = inside.rfind(":")
    return colon if colon > 0 and is_number(inside[colon + 1 :]) else len(inside)


def wide_weights(text: str) -> list[str]:
    """Weights that ComfyUI does not read as such, as a bracket or the colon is a wide one.

    >>> wide_weights("(sun:1.2) (moon\uff1a1.3)") == ["(moon\uff1a1.3)"]
    True
    """
    return [found for found in WEIGHT.findall(text) if re.search("[\uff08\uff09\uff1a]", found)]


def is_number(text: str) -> bool:
    """Whether ComfyUI takes it for a weight."""
    try:
        float(text)
    except ValueError:
        return False
    return True
