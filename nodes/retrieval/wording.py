"""A prompt as phrases between commas, with its brackets and weights, so that some can be taken out and the rest stays.

Source of the brackets: comfy/sd1_clip.py of ComfyUI (parse_parentheses, token_weights): `(words)` weighs 1.1,
`(words:1.4)` what it says, `\\(` and `\\)` are letters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..ground import UserError

PIECE = re.compile(
    r"(?P<letter>\\[()])"  # a bracket that is none
    r"|(?P<other><[^<>\n]*>"  # <lora:name:1>, or an address
    r"|(?:(?<=\s)|^)--[A-Za-z]\w*(?:\s+(?!--)[^\s,]+)*)"  # --ar 3:2, as Midjourney's prompts end
    r"|(?P<between>\bBREAK\b|\bAND\b|[,;\n\uff0c\u3001\uff1b]"
    r"|(?:(?<=\w{4})|(?<=[\uac00-\ud7a3]))\.(?=\s))"  # a sentence's end, not that of `e.g.`
    r"|(?P<bracket>[()])"
    r"|.",
    re.DOTALL,
)
WEIGHT = re.compile(r":\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*$")
CALL = re.compile(r"embedding[:\uff1a]\S+", re.IGNORECASE)
STRONG = re.compile(r"BREAK|AND|\n")
OUTER = re.compile(r"^(?:(?:BREAK|AND)\b[\s,;]*)+|(?:[\s,;]*\b(?:BREAK|AND))+$")
EDGES = " ,;\n\uff0c\u3001\uff1b"
"""What no prompt begins or ends with, once a phrase was taken out."""
DEEPEST = 100
"""ComfyUI's own parser calls itself for every pair within a pair."""


@dataclass
class Phrase:
    """Words between two commas."""

    raw: str
    """As they stand there, with blanks, brackets and weights."""
    said: str
    """Without brackets and weights; "" for `<lora:...>` and flags."""

    @property
    def words(self) -> str:
        """What a picture can show; "" where that is nothing, as for embeddings too."""
        return CALL.sub("", self.said).replace(r"\(", "(").replace(r"\)", ")").strip(" .")


@dataclass
class Group:
    """What stands between two brackets, or the whole prompt; phrases, groups and what separates them."""

    parts: "list[Part]" = field(default_factory=list)
    """A text is a separator."""
    weight: str = ""
    """`:1.3`"""

    @property
    def is_list(self) -> bool:
        """Whether it holds several phrases, or what is none, so that it cannot be part of one."""
        return any(
            part.is_list
            if isinstance(part, Group)
            else not part.said
            if isinstance(part, Phrase)
            else bool(part.strip(" \t"))
            for part in self.parts
        )

    def phrases(self) -> "Iterator[Phrase]":
        """All, from left to right."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.phrases()
            elif isinstance(part, Phrase):
                yield part


Part = Phrase | Group | str


def parse(prompt: str) -> Group:
    """The phrases of a prompt.

    >>> [phrase.words for phrase in parse("a (red hat, snow:1.2), <lora:x:1>, fog --ar 3:2").phrases()]
    ['a', 'red hat', 'snow', '', 'fog', '']
    >>> [phrase.words for phrase in parse("a (red:1.2) hat, ((snow))").phrases()]
    ['a red hat', 'snow']

    Raises:
        UserError: brackets too deep for ComfyUI.
    """
    stack, letters = [Group()], ""

    def end_phrase() -> None:
        nonlocal letters
        if letters.strip():
            stack[-1].parts.append(Phrase(letters, letters))
        elif letters:
            stack[-1].parts.append(letters)
        letters = ""

    pieces = list(PIECE.finditer(prompt))
    alone = _alone([piece.group() for piece in pieces])
    for place, piece in enumerate(pieces):
        text, kind = piece.group(), "letter" if place in alone else piece.lastgroup
        if kind == "between":
            end_phrase()
            stack[-1].parts.append(text)
        elif kind == "other":
            end_phrase()
            stack[-1].parts.append(Phrase(text, ""))
        elif kind == "bracket" and text == "(":
            end_phrase()
            stack.append(Group())
        elif kind == "bracket":
            weight = WEIGHT.search(letters)
            letters = letters[: weight.start()] if weight else letters
            end_phrase()
            group = stack.pop()
            group.parts = _whole(group.parts)
            group.weight = weight.group() if weight else ""
            stack[-1].parts.append(group)
        else:
            letters += text
    end_phrase()
    return Group(_whole(stack[0].parts))


def plain(prompt: str) -> str:
    """A prompt without what no picture shows: flags, addresses, `<lora:...>`.

    >>> plain("<https://a.b/c.png> a cat, fog --v 4 --ar 1:1")
    'a cat, fog'
    """
    return PIECE.sub(lambda piece: "" if piece.lastgroup == "other" else piece.group(), prompt).strip(EDGES)


def without(group: Group, removed: set[int]) -> str:
    """The prompt without some phrases (by `id`), their separators, and brackets that are empty then.

    >>> whole = parse("a cat, (red hat, snow:1.2), fog")
    >>> cat, hat, snow, fog = whole.phrases()
    >>> without(whole, {id(hat)}), without(whole, {id(hat), id(snow)}), without(whole, {id(cat)})
    ('a cat, (snow:1.2), fog', 'a cat, fog', '(red hat, snow:1.2), fog')
    """
    out, waiting = "", ""
    is_cut = is_strong = was_cut = False
    for part in group.parts:
        if isinstance(part, str):
            waiting += "" if is_strong else part
        elif text := _kept(part, removed):
            if was_cut and not waiting.strip(" "):
                out, text, waiting = out.rstrip(" "), text.lstrip(" "), " " if out else ""
            out += (waiting if out or not is_cut else "") + text
            waiting, is_strong, was_cut = "", False, False
        else:
            # The separator before it goes with it, unless it says more than a comma: then the one behind it goes.
            is_cut = was_cut = True
            is_strong = bool(STRONG.search(waiting))
            waiting = waiting if is_strong else ""
    return OUTER.sub("", f"{out}{waiting}".strip(EDGES)).strip(EDGES) if is_cut else out + waiting


def _kept(part: Phrase | Group, removed: set[int]) -> str:
    if isinstance(part, Phrase):
        return "" if id(part) in removed else part.raw
    inside = without(part, removed)
    return f"({inside}{part.weight})" if inside or not any(id(each) in removed for each in part.phrases()) else ""


def _whole(parts: list[Part]) -> list[Part]:
    """Words and brackets between two separators as one phrase: brackets give a part of it weight."""
    found: list[Part] = []
    run: list[Part] = []
    for part in parts:
        if (isinstance(part, str) and part.strip(" \t")) or (isinstance(part, Phrase) and not part.said):
            found += [*_one(run), part]
            run = []
        else:
            run.append(part)
    return found + _one(run)


def _one(run: list[Part]) -> list[Part]:
    solid = [part for part in run if not isinstance(part, str)]
    if len(solid) < 2 or any(isinstance(part, Group) and part.is_list for part in solid):
        return run
    raw = "".join(part if isinstance(part, str) else _kept(part, set()) for part in run)
    # `(a cat)(a dog)` is two things, `(autumn:1.2)'s` one: a particle belongs to the bracket before it.
    said = "".join(
        " " * (isinstance(part, Group) and isinstance(before, Group)) + _said(part)
        for before, part in zip(["", *run], run, strict=False)
    )
    return [Phrase(raw, said)]


def _said(part: Part) -> str:
    if isinstance(part, Group):
        return "".join(map(_said, part.parts))
    return part if isinstance(part, str) else part.said


def _alone(pieces: list[str]) -> set[int]:
    """Places of brackets without a partner, which are letters.

    Raises:
        UserError: too many within each other.
    """
    opened: list[int] = []
    alone: set[int] = set()
    for place, piece in enumerate(pieces):
        if piece == "(":
            opened.append(place)
            if len(opened) > DEEPEST:
                raise UserError(
                    f"Expected at most {DEEPEST} brackets within each other: write \\( and \\) for letters."
                )
        elif piece == ")":
            if opened:
                opened.pop()
            else:
                alone.add(place)
    return alone | set(opened)
