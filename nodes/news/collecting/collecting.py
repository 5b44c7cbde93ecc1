"""`dancheong collect`: articles with their pictures from a portal, by Scrapy; a killed run goes on."""

import importlib
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

from . import tables
from .collection import Collection
from .crawl import Crawl
from .ledger import Ledger
from .pace import TRIES, TROUBLED, Pace
from .robots import Robots

SECONDS_TO_ANSWER = 60
LARGEST = 100_000_000
"""Bytes of an answer."""


class Collecting:
    """One collection, begun or gone on with."""

    def __init__(self, collection: Collection) -> None:
        """Look at what is asked and at what is done already.

        Raises:
            UserError: what is asked cannot be, or the output folder cannot be used.
            ModuleNotFoundError: Scrapy is missing.
        """
        collection.check()
        importlib.import_module("scrapy")  # before the folder is taken
        self._collection = collection
        self._ledger = Ledger(collection)
        self.is_new = self._ledger.is_new
        """Whether nothing was done before."""
        self.done, self.known = self._ledger.done, self._ledger.known
        """Articles that were done, and known from lists, when this run began."""
        self.left: dict[str, str] = {}
        """What could not be had: address -> why. The same command tries it again."""

    def finish(self, tell: Callable[[int, int, str], None], say: Callable[[str], None]) -> Counter[str]:
        """Do all that is left, and write the tables, also where the work is interrupted.

        Args:
            tell: is told after each article how many are done, how many are known, and the day.
            say: shows a sentence.

        Returns:
            As `tables.write`.

        Raises:
            UserError: the portal forbids it, does not answer or has changed, or the folder can no longer be written.
            KeyboardInterrupt: interrupted.
        """
        try:
            if self._ledger.waiting or any(self._ledger.open_lists()):
                self._crawl(tell, say)
        finally:
            counts = tables.write(self._collection.out, self._ledger)
            self._ledger.close()
        return counts

    def _crawl(self, tell: Callable[[int, int, str], None], say: Callable[[str], None]) -> None:
        from scrapy import Spider, signals
        from scrapy.crawler import AsyncCrawlerProcess

        class Process(AsyncCrawlerProcess):
            async def stop(self) -> None:
                """Nothing in memory is worth waiting for answers that are under way."""

        process = Process(_settings(self._collection.contact, self._collection.delay))

        def stop() -> None:
            from twisted.internet import reactor

            running: Any = reactor
            running.callFromThread(running.stop)

        crawl = Crawl(self._collection, self._ledger, tell, say, stop)

        class Collector(Spider):
            name = "dancheong"

            def __init__(self) -> None:
                super().__init__()
                self.crawl = crawl

            async def start(self) -> AsyncIterator[Any]:
                try:
                    for request in crawl.begin():
                        yield request
                except Exception as error:  # Scrapy writes it into its log, and takes the work for done
                    crawl.end(error)

        crawler = process.create_crawler(Collector)

        def fail(failure: Any) -> None:
            crawl.end(failure.value)

        def interrupt(number: int, frame: Any) -> None:
            crawl.end(KeyboardInterrupt())

        crawler.signals.connect(fail, signals.spider_error)
        before = signal.signal(signal.SIGINT, interrupt)
        try:
            process.crawl(crawler)
            process.start(install_signal_handlers=False)
        finally:
            signal.signal(signal.SIGINT, before)
        self.left = crawl.left
        if crawl.ended is not None:
            raise crawl.ended
        crawl.finish()


def _settings(contact: str, delay: float) -> dict[str, Any]:
    return {
        "USER_AGENT": f"dancheong (+{contact})",
        "DOWNLOADER_MIDDLEWARES": {
            Robots: 10,
            Pace: 990,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        },
        # As few as keep two hosts busy: what is under way when a run is killed is asked for again.
        "CONCURRENT_REQUESTS": 4,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        # A portal rests at least as long as it has worked.
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 0.5,
        "DOWNLOAD_TIMEOUT": SECONDS_TO_ANSWER,
        "DOWNLOAD_MAXSIZE": LARGEST,
        "RETRY_TIMES": TRIES - 1,
        "RETRY_HTTP_CODES": list(TROUBLED),
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "LOG_ENABLED": False,
        "STATS_DUMP": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
    }
