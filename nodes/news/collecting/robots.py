"""robots.txt, which is obeyed without a switch (RFC 9309), and the hosts that a portal's file names.

Scrapy's own middleware takes a robots.txt that cannot be had for a permission, and knows neither Crawl-delay nor
Request-rate.
"""

import asyncio
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...ground import UserError
from .pace import TROUBLED, Pace

if TYPE_CHECKING:
    from protego import Protego
    from scrapy import Request
    from scrapy.crawler import Crawler

AGENT = "dancheong"
"""The name by which robots.txt may speak to us."""
MOST_AGE = 86400.0
"""Seconds after which the rules are asked for again."""


class Robots:
    """Scrapy's middleware farthest from the network."""

    def __init__(self, crawler: "Crawler") -> None:
        self._crawler = crawler
        spider: Any = crawler.spider
        self._crawl = spider.crawl
        self._rules: dict[str, tuple[float, Protego]] = {}
        self._lock = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> "Robots":
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: "Request") -> None:
        """Let through what is allowed.

        Raises:
            IgnoreRequest: with the reason; also where the work has ended.
        """
        from scrapy.exceptions import IgnoreRequest

        if not self._crawl.collection.portal.knows(request.url):
            raise IgnoreRequest(f"it leads to another host ({urlsplit(request.url).hostname})")
        if request.meta.get("is_robots"):
            return
        async with self._lock:
            rules = await self._rules_of(request)
        if not rules.can_fetch(request.url, AGENT):
            raise IgnoreRequest(f"robots.txt of {urlsplit(request.url).netloc} forbids it")

    async def _rules_of(self, request: "Request") -> "Protego":
        parts = urlsplit(request.url)
        root = f"{parts.scheme}://{parts.netloc}"
        asked, rules = self._rules.get(root, (0.0, None))
        if rules is None or time.monotonic() - asked > MOST_AGE:
            rules = await self._fetch(f"{root}/robots.txt")
            self._rules[root] = time.monotonic(), rules
            self._slow_down(parts.hostname or "", rules)
        return rules

    async def _fetch(self, address: str) -> "Protego":
        from protego import Protego
        from scrapy import Request
        from scrapy.exceptions import IgnoreRequest
        from scrapy.http.request import NO_CALLBACK

        engine = self._crawler.engine
        assert engine is not None
        try:
            answer = await engine.download_async(Request(address, NO_CALLBACK, meta={"is_robots": True}))
        except Exception as error:  # whatever hindered it: what cannot be had forbids
            said = str(error) or type(error).__name__
        else:
            if 200 <= answer.status < 300:
                return Protego.parse(answer.body.decode("utf-8-sig", "replace"))
            if 400 <= answer.status < 500 and answer.status not in TROUBLED:
                return Protego.parse("")  # there is none, which allows all
            said = f"HTTP {answer.status}"
        self._crawl.end(
            UserError(
                f"{address} cannot be had ({said}), which counts as forbidden (RFC 9309): the same command goes on as "
                "soon as it can."
            )
        )
        raise IgnoreRequest("robots.txt cannot be had")

    def _slow_down(self, host: str, rules: "Protego") -> None:
        pace = self._crawler.get_downloader_middleware(Pace)
        asked = rest(rules)
        if pace and pace.slow_down(host, asked):
            self._crawl.say(f"robots.txt of {host} asks for {asked:g} s between requests, which is kept")


def rest(rules: "Protego") -> float:
    """Seconds between two requests that robots.txt asks of us, by Crawl-delay or Request-rate; 0 for none."""
    rate = rules.request_rate(AGENT)
    return max(rules.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0)
