"""What of a collection is done, line by line in its folder, so that a killed run goes on: nothing twice, nothing lost.

A list's page becomes a line with the articles that it names, and is not fetched again; an article becomes a line when
it is kept, its picture being written before, or when it is refused. What is named and has no line is left to do.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...ground.journal import Journal
from .collection import Collection

NOTES = "journal.jsonl"


@dataclass(frozen=True)
class Named:
    """An article that a list names."""

    id: str
    address: str
    topic: str
    day: str
    """ISO 8601, of the list."""


@dataclass
class DayList:
    """A topic's articles of one day, page by page."""

    topic: str
    day: date
    next_page: int = 1
    ids: set[str] = field(default_factory=set[str])
    """What its pages named so far; empty again where it is read to its end."""
    is_read: bool = False


class Ledger:
    """The lines of a folder, and what follows from them."""

    def __init__(self, collection: Collection) -> None:
        """Begin, or go on.

        Raises:
            UserError: the folder holds another collection, or things that are not ours.
        """
        self.is_new = not (collection.out / NOTES).exists()
        """Whether this is the first run into the folder."""
        self._journal = Journal(collection.out, collection.settings())
        self._lists = {
            (topic, day.isoformat()): DayList(topic, day) for day in collection.days() for topic in collection.topics
        }
        self.waiting: dict[str, Named] = {}
        """By their ids, in the order of the lists."""
        self.known = 0
        """Articles that lists have named."""
        self._done: set[str] = set()
        for line in self._journal:
            self._count(line)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every line."""
        return iter(self._journal)

    @property
    def done(self) -> int:
        """Articles that are kept or refused."""
        return len(self._done)

    def open_lists(self) -> Iterator[DayList]:
        """Those that are not read to their end, by day."""
        return (one for one in self._lists.values() if not one.is_read)

    def add_page(self, of: DayList, page: int, articles: dict[str, str], end: str) -> list[Named]:
        """A page of a list is read.

        Args:
            articles: id -> address.
            end: why this is the list's last page; "" where more may follow.

        Returns:
            Its articles that no list has named before.
        """
        fresh = [id_ for id_ in articles if id_ not in self._done and id_ not in self.waiting]
        self._add({"list": [of.topic, of.day.isoformat(), page], "articles": articles, "end": end})
        return [self.waiting[id_] for id_ in fresh]

    def keep(self, record: dict[str, str]) -> None:
        """An article is kept."""
        self._add(record)

    def refuse(self, named: Named, reason: str) -> None:
        """An article is not wanted, or cannot be used."""
        self._add({"id": named.id, "topic": named.topic, "url": named.address, "reason": reason})

    def close(self) -> None:
        """Nothing more is added."""
        self._journal.close()

    def _add(self, line: dict[str, Any]) -> None:
        self._journal.add(line)
        self._count(line)

    def _count(self, line: dict[str, Any]) -> None:
        if "list" not in line:
            self._done.add(line["id"])
            del self.waiting[line["id"]]
            return
        topic, day, page = line["list"]
        of = self._lists[topic, day]
        of.next_page = page + 1
        of.is_read = bool(line["end"])
        of.ids = set() if of.is_read else of.ids | line["articles"].keys()
        for id_, address in line["articles"].items():
            if id_ not in self._done and id_ not in self.waiting:
                self.known += 1
                self.waiting[id_] = Named(id_, address, topic, day)
