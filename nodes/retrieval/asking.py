"""A question with options: how it is put to a model that writes, and which option its answer means."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from ..ground import UserError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LABEL = re.compile(r"\s*(?:[(\[]?[A-Za-z0-9][)\].:]|[-*\u2022])\s+(?=\S)")
"""What people write before an option."""
THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
MARK = (
    r"[\"'(\[]*(?:([B-HJ-Z]|[1-9]\d?)(?![A-Za-z\d])"
    r"|([AI])(?=[\"')\].:,;!]|\s*(?:$|\n|[-=]|because|since|as |and |\uc785\ub2c8\ub2e4|\ubc88))"
    r"|([a-z])(?=[\"')\].:]*\s*(?:$|\n)|[)\].:]))"
)
"""A letter or a number; A, I and small letters are words too, unless nothing but an end or a reason follows."""
LINK = r"(?:\s*(?:is|would be|should be|:|=|-|\uc740|\ub294|\uc774|\uac00))"
NAMED = re.compile(
    rf"(?:[Aa]nswer|\uc815\ub2f5|\ub2f5\ubcc0|\ub2f5){LINK}+\s*{MARK}"
    rf"|(?:[Oo]ption|[Cc]hoice|[Ll]etter|\ubcf4\uae30){LINK}*\s*{MARK}"
)
"""`The answer is (B)`, `option 2`, and the same in Korean."""
ALONE = re.compile(MARK + r"(?=[\"')\].:,;!]|\ubc88|\uc785\ub2c8\ub2e4|\s*[-:]|\s*$|\s*\n)")
"""At the start: `B`, `b)`, `(B) a cat`, `2`."""
SINGLE = re.compile(
    r"(?<![A-Za-z\d'])(?:([B-HJ-Z])(?![A-Za-z\d'])|(A)(?=[\uac00-\ud7a3]"
    r"|\s*(?:(?:or|and|nor)\b|\ub610\ub294|\ud639\uc740|[,/&.)]|$)))|\(([A-Z])\)"
)
"""Anywhere, where it is the only one."""
PAINT = re.compile(r"[*_`#]+|\\boxed\{|\}")
"""Markdown and LaTeX around an answer."""


@dataclass(frozen=True)
class Question:
    """A question and its options, as they were given."""

    words: str
    options: tuple[str, ...]

    def orders(self) -> list[tuple[str, ...]]:
        """The options turned so that each stands at each place once; the same whatever order they were given in."""
        ordered = sorted(self.options)
        return [tuple(ordered[turn:] + ordered[:turn]) for turn in range(len(ordered))]


@dataclass(frozen=True)
class Verdict:
    """What the answers to all orders come to."""

    index: int
    """Place of the option, from 0; -1 where no option has more votes than every other."""
    votes: Counter[str]
    """Option -> orders in which it was the answer; "" for answers that name none."""

    @property
    def letter(self) -> str:
        """`A` for the first; "" for none."""
        return LETTERS[self.index] if self.index >= 0 else ""


def read(question: str, options: str) -> Question:
    """
    Args:
        options: one a line; `A.`, `1)` and the like before them are left out.

    Raises:
        UserError: no question, fewer than two options, more than 26, or one of them twice.
    """
    found = [LABEL.sub("", line, count=1).strip() for line in options.splitlines() if line.strip()]
    if not question.strip():
        raise UserError("Expected a question, got none: type one.")
    if not 2 <= len(found) <= len(LETTERS):
        raise UserError(f"Expected 2 to {len(LETTERS)} options, one a line, got {len(found)}.")
    twice = [option for option, count in Counter(map(_folded, found)).items() if count > 1]
    if twice:
        raise UserError(f"Expected options that differ, got {twice[0]!r} twice: leave one out.")
    return Question(question.strip(), tuple(found))


def prompt(question: str, options: tuple[str, ...]) -> str:
    """How a question is put.

    >>> print(prompt("What is it?", ("a cat", "a dog")))
    What is it?
    A. a cat
    B. a dog
    Answer with the letter of one option only.
    """
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False))
    return f"{question}\n{listed}\nAnswer with the letter of one option only."


def meant(answer: str, options: tuple[str, ...]) -> str:
    """The option that an answer means, or "" where it means none, or several.

    >>> meant("The answer is (B).", ("a cat", "a dog")), meant("Probably a dog", ("a cat", "a dog"))
    ('a dog', 'a dog')
    """
    text = PAINT.sub("", unicodedata.normalize("NFKC", THOUGHT.sub("", answer))).strip()
    said = _folded(text)
    for option in options:
        if said == _folded(option):
            return option
    for pattern in (NAMED, ALONE):
        found = pattern.search(text) if pattern is NAMED else pattern.match(text)
        if found and (option := _by_label(next(filter(None, found.groups())), options)):
            return option
    written = [option for option in options if _stands_in(_folded(option), said)]
    # "red" stands in "dark red" too.
    written = [
        each for each in written if not any(each != other and _folded(each) in _folded(other) for other in written)
    ]
    if len(written) == 1:
        return written[0]
    singles = {next(filter(None, groups)) for groups in SINGLE.findall(text)}
    return _by_label(singles.pop(), options) if len(singles) == 1 and not written else ""


def verdict(question: Question, answers: list[str]) -> Verdict:
    """What the answers to `question.orders()`, one each, come to."""
    votes = Counter(meant(answer, order) for answer, order in zip(answers, question.orders(), strict=True))
    ranked = sorted((votes[option] for option in question.options), reverse=True)
    if ranked[0] == ranked[1]:
        return Verdict(-1, votes)
    return Verdict(max(range(len(question.options)), key=lambda place: votes[question.options[place]]), votes)


def told(question: Question, answers: list[str], result: Verdict) -> str:
    """Every order with its answer, and the votes."""
    lines = [f"{' / '.join(order)}: {answer.strip()}" for order, answer in zip(question.orders(), answers, strict=True)]
    counted = ", ".join(f"{option or 'no option'} {count}" for option, count in result.votes.most_common())
    tied = "" if result.letter else " No option has more votes than every other."
    return "\n".join([*lines, f"Votes: {counted}.{tied}"])


def _by_label(label: str, options: tuple[str, ...]) -> str:
    place = int(label) - 1 if label.isdigit() else LETTERS.index(label.upper())
    return options[place] if place < len(options) else ""


def _stands_in(option: str, text: str) -> bool:
    return bool(option) and re.search(rf"(?<!\w){re.escape(option)}", text) is not None


def _folded(text: str) -> str:
    """Without case, articles, and what is no letter at the ends."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip(" .,:;!?\"'()[]")
    return re.sub(r"^(?:a|an|the) ", "", plain)
