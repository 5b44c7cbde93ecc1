"""One article with its picture, whatever file it came from."""

from collections.abc import Callable
from dataclasses import dataclass

SEPARATOR = "[SEP]"
"""Between headline and body in MmoRPG's records."""


@dataclass(frozen=True)
class Record:
    """A row that can be used; its picture is read only on demand."""

    id: str
    topic: str
    title: str
    content: str
    """The article's body; "" where the source has none."""
    url: str
    picture: str
    """The picture's name, for reports."""
    read: Callable[[], bytes]
    """The picture's file."""


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be used."""

    row: str
    """What it is called: a line, an id or a file."""
    reason: str


def title_and_content(text: str) -> tuple[str, str]:
    """ "Title [SEP] Content" in two; a text without a separator is all title."""
    title, _, content = text.partition(SEPARATOR)
    return title.strip(), content.strip()
