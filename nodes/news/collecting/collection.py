"""What is asked of a portal."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ...ground import UserError
from .portal import Portal

CONTACT = re.compile(r"[!-'*-~]+@[!-'*-~]+\.[!-'*-~]+|https?://[!-'*-~]+")
"""What can stand in the comment of a User-Agent."""
LONGEST_DELAY = 86400.0


@dataclass(frozen=True)
class Collection:
    """Which articles to collect, how, and where to."""

    portal: Portal
    out: Path
    """The folder; what is done stands in it too, so that a killed run goes on."""
    first: date
    last: date
    topics: tuple[str, ...]
    contact: str
    """A mail or web address that goes to the portal with every request."""
    delay: float
    """Seconds between two requests to one host."""
    article_fault: Callable[[str, str], str | None]
    """Why an article of this title and body is not wanted, or None."""
    rules: dict[str, Any]
    """What decides that, as JSON."""

    def check(self) -> None:
        """Refuse what cannot be asked.

        Raises:
            UserError: with the reason.
        """
        for topic in self.topics:
            if topic not in self.portal.topics:
                known = ", ".join(self.portal.topics)
                raise UserError(f"{self.portal.name} has no topic {topic!r}: expected some of {known}.")
        if self.first > self.last:
            raise UserError(f"The first day, {self.first}, is after the last, {self.last}: exchange --from and --to.")
        if self.last >= self.portal.today():
            raise UserError(
                f"{self.last} is not over where the portal is, and its lists still change: name an earlier day with "
                "--to."
            )
        if not 0 <= self.delay <= LONGEST_DELAY:
            raise UserError(f"--delay is {self.delay:g}: expected seconds from 0 to {LONGEST_DELAY:g}.")
        if not CONTACT.fullmatch(self.contact):
            raise UserError(
                "The portal must be able to reach whoever collects: give your mail or web address with --contact; it "
                "goes to the portal with every request."
            )

    def settings(self) -> dict[str, Any]:
        """What decides the result: a folder of anything else is not gone on with. Selectors may be mended between."""
        return {
            "portal": self.portal.name,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "topics": list(self.topics),
            "rules": self.rules,
        }

    def days(self) -> Iterator[date]:
        """From the first to the last."""
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(1)
