"""One line of JourneyDB's annotations."""

import json
import unicodedata
from dataclasses import dataclass
from typing import Any

SHORTEST_CAPTION = 5
"""Bytes of UTF-8; what is shorter is a label that failed, as are dots alone; two syllables of Korean are a title."""


@dataclass(frozen=True)
class Asked:
    """A question with options about a picture (Task3)."""

    group: str
    """As the file calls it: questions of style, or of content."""
    question: str
    options: dict[str, str]
    """Letter -> option."""
    answer: str
    """A letter of `options`."""


@dataclass(frozen=True)
class Row:
    """One picture with its labels."""

    number: int
    """Its line, from 1."""
    picture: str
    """`000/<uuid>.jpg`: below the folder or shards of pictures."""
    prompt: str
    caption: str
    """Task2; "" where there is none."""
    styles: tuple[str, ...]
    """Task1: words of the prompt that say its style."""
    questions: tuple[Asked, ...]
    lost: int
    """Questions that lack something, and are left out."""


def read(number: int, line: str) -> Row | str:
    """A row, or why the line is none.

    >>> read(1, '{"img_path": "./000/a.jpg", "prompt": "a cat --v 4", "Task1": {"Style": ["ink"]}}').styles
    ('ink',)
    >>> read(2, '{"img_path": "./000')
    'the line is no JSON: it breaks off, or was cut'
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return "the line is no JSON: it breaks off, or was cut"
    if not isinstance(found, dict):
        return "the line is no object"
    path = _text(found.get("img_path")).replace("\\", "/").removeprefix("./")
    if not path or ".." in path.split("/") or path.startswith("/"):
        return "img_path names no picture"
    questions, lost = _questions(found.get("Task3"))
    return Row(
        number,
        path,
        _text(found.get("prompt")),
        _caption(_text(_inside(found, "Task2", "Caption"))),
        _styles(_inside(found, "Task1", "Style")),
        questions,
        lost,
    )


def as_json(row: Row) -> str:
    """Its questions as a JSON list, in the words of the file."""
    return json.dumps(
        [
            {"Group": each.group, "Question": each.question, "Options": each.options, "Answer": each.answer}
            for each in row.questions
        ],
        ensure_ascii=False,
    )


def _inside(found: dict[str, Any], task: str, name: str) -> Any:
    part = found.get(task)
    return part.get(name) if isinstance(part, dict) else None


def _text(value: Any) -> str:
    """A string that can be written down; JSON may hold halves of characters."""
    return value.encode(errors="replace").decode().strip() if isinstance(value, str) else ""


def _caption(text: str) -> str:
    """Empty where it says nothing."""
    written = unicodedata.normalize("NFC", text)
    return text if len(written.encode()) >= SHORTEST_CAPTION and any(map(str.isalnum, written)) else ""


def _styles(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else value.split(",") if isinstance(value, str) else []
    return tuple(dict.fromkeys(filter(None, map(_text, listed))))


def _questions(task: Any) -> tuple[tuple[Asked, ...], int]:
    """All groups, whatever they are called."""
    groups = task.items() if isinstance(task, dict) else [("", task)]
    items = [(str(name), item) for name, group in groups for item in (group if isinstance(group, list) else [])]
    found = [_asked(name, item) for name, item in items]
    whole = tuple(each for each in found if each is not None)
    return whole, len(found) - len(whole)


def _asked(group: str, item: Any) -> Asked | None:
    """None where something is missing."""
    if not isinstance(item, dict) or not isinstance(item.get("Options"), dict):
        return None
    options = {_text(letter).upper(): _text(option) for letter, option in item["Options"].items()}
    question, answer = _text(item.get("Question")), _text(item.get("Answer"))[:1].upper()
    if not question or answer not in options or len(options) < 2 or not all(options.values()):
        return None
    return Asked(group, question, options, answer)
