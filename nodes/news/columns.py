"""Under which names tables hold a thing, and the thing itself in a row."""

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from ..ground.delimited import column
from ..ground.text_file import BROKEN, REST
from .names import composed
from .record import title_and_content

KNOWN: dict[str, list[str]] = json.loads(Path(__file__).with_name("columns.json").read_text(encoding="utf-8"))
"""Thing -> names of its column, most usual first."""
FILE, TEXT, TITLE, CONTENT, TOPIC, ID, URL = "file", "text", "title", "content", "topic", "id", "url"
THINGS = (FILE, TEXT, TITLE, CONTENT, TOPIC, ID, URL)
FILLING = re.compile(r"[\s_-]+")
HALF = re.compile("[\ud800-\udfff]")


@cache
def meant(name: str) -> str:
    """A column's name without case, blanks and underscores: "File Name" is file_name."""
    return FILLING.sub("", composed(column(name)).casefold())


NAMES = {thing: tuple(meant(name) for name in names) for thing, names in KNOWN.items()}


def known(names: Iterable[str]) -> int:
    """How many of these are columns of ours."""
    ours = {name for names_ in NAMES.values() for name in names_}
    return sum(meant(name) in ours for name in names)


def thing_of(name: str) -> str | None:
    """What a column of this name holds; None for a column that is not ours."""
    return next((thing for thing, names in NAMES.items() if meant(name) in names), None)


def is_record(row: dict) -> bool:
    """Whether these names and values are an article's."""
    things = {thing_of(name) for name in row}
    return FILE in things or bool(things & {TEXT, TITLE})


def is_table(row: dict) -> bool:
    """Whether a table of such rows holds pictures with texts."""
    things = {thing_of(name) for name in row}
    return FILE in things and bool(things & {TEXT, TITLE})


class Values:
    """A row's values by what they are, as text."""

    def __init__(self, row: dict) -> None:
        self._row: dict[str, Any] = {}
        for name, value in row.items():
            self._row.setdefault(meant(name), value)
        self._texts = {thing: self._first(thing) for thing in THINGS}

    def __getitem__(self, thing: str) -> str:
        """The first column that holds a word or a number; "" where none does."""
        return self._texts[thing]

    def raw(self, thing: str) -> list[Any]:
        """Everything that the columns hold."""
        return [self._row[name] for name in NAMES[thing] if name in self._row]

    def words(self) -> tuple[str, str]:
        """Title and content."""
        title, content = title_and_content(self[TEXT])
        return self[TITLE] or title, self[CONTENT] or content

    def fault(self) -> str | None:
        """Why these texts are none, or None."""
        for thing, text in self._texts.items():
            if text.isascii() and "\0" not in text:
                continue
            if REST[0] in text:
                return f"its {thing} is too long to be one"
            if BROKEN in text:
                return f"its {thing} holds bytes that are no letters: save the file as UTF-8"
            if HALF.search(text):
                return f"its {thing} holds half a letter, as of an emoji that was cut in two"
            if "\0" in text:
                return f"its {thing} holds a zero byte"
        return None

    def _first(self, thing: str) -> str:
        return next((text for name in NAMES[thing] if (text := _text(self._row.get(name)))), "")


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict | list | bytes) or value != value:  # the last holds for a NaN alone
        return ""
    return composed(str(value).strip())
