"""How fast requests go to each host: one at a time, and a rest after each.

Scrapy's AutoThrottle makes rests longer where a portal answers slowly. What it lacks stands here: rests are counted
from the end of a request, so that the portal never sees two that are nearer than asked; robots.txt may ask for longer
ones; and a host that has enough (429, 503, timeouts) is left alone for as long as it says.
"""

import asyncio
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...ground import UserError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

TROUBLED = (408, 429, 500, 502, 503, 504, 522, 524)
"""Answers after which a request is tried again."""
TRIES = 5
LONGEST_WAIT = 3600.0
"""Seconds that a portal may ask for; where it wants more, the work is left for another day."""


class Turn:
    """One host's."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.lock = asyncio.Lock()
        # A run that was killed a moment ago may have asked just before.
        self.next = time.monotonic() + delay


class Pace:
    """Scrapy's middleware nearest to the network."""

    def __init__(self, delay: float, end: Callable[[BaseException], None]) -> None:
        """Nothing is asked yet.

        Args:
            delay: seconds between two requests to a host.
            end: ends the work by an error.
        """
        self._delay, self._end = delay, end
        self._turns: dict[str, Turn] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> "Pace":
        """As Scrapy makes it."""
        spider: Any = crawler.spider
        return cls(spider.crawl.collection.delay, spider.crawl.end)

    def slow_down(self, host: str, seconds: float) -> bool:
        """A host wants at least so many seconds between requests; whether that is longer than so far."""
        turn = self._turn(host)
        is_longer = seconds > turn.delay
        turn.delay = max(turn.delay, seconds)
        return is_longer

    async def process_request(self, request: "Request") -> None:
        """Wait for the host's turn; it is held until the request has ended."""
        turn = self._turn(urlsplit(request.url).hostname or "")
        await turn.lock.acquire()
        request.meta["turn"] = turn
        while (rest := turn.next - time.monotonic()) > 0:
            await asyncio.sleep(rest)

    def process_response(self, request: "Request", response: "Response") -> "Response":
        """The request has ended."""
        wait = 0.0
        if response.status in TROUBLED:
            asked = _seconds(response.headers.get("Retry-After"))
            if asked is not None and asked > LONGEST_WAIT:
                self._end(
                    UserError(
                        f"{request.url} answers HTTP {response.status} and asks to come back in {asked / 3600:.1f} "
                        "hours: the same command goes on then."
                    )
                )
            wait = self._patience(request) if asked is None else asked
        self._pass_on(request, wait)
        return response

    def process_exception(self, request: "Request", exception: Exception) -> None:
        """The request has ended without an answer, or was never sent."""
        self._pass_on(request, self._patience(request))

    def _pass_on(self, request: "Request", wait: float) -> None:
        turn: Turn | None = request.meta.pop("turn", None)
        if turn is not None:
            turn.next = time.monotonic() + max(turn.delay, wait)
            turn.lock.release()

    def _patience(self, request: "Request") -> float:
        """Seconds to leave a host in trouble alone, twice as long after each try."""
        return self._delay * 2 ** (request.meta.get("retry_times", 0) + 1)

    def _turn(self, host: str) -> Turn:
        if host not in self._turns:
            self._turns[host] = Turn(self._delay)
        return self._turns[host]


def _seconds(header: bytes | None) -> float | None:
    """What Retry-After asks for, as a number of seconds or a date; None where it asks for nothing."""
    text = (header or b"").decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return None
