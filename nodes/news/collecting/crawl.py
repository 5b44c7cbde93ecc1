"""The walk through a portal: from lists to articles to pictures, as what Scrapy calls with each answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...ground import UserError
from ...ground.whole_file import write_whole
from ..picture import BrokenPicture
from ..picture import read as read_picture
from ..record import SEPARATOR
from . import failures, markup, pages
from .collection import Collection
from .doubts import Doubts
from .ledger import DayList, Ledger, Named
from .tables import CUT

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response
    from twisted.python.failure import Failure

FAILED_IN_A_ROW = 10
"""Requests of a kind, each tried several times, after which the portal is left alone."""
CALLED = {"of": "pages of lists", "named": "articles", "draft": "pictures"}
"""Kinds of requests, by what their callbacks are given."""
LAST_PAGE = "last"
ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg"}
"""Of formats that are not called as their files end."""


@dataclass
class Draft:
    """An article that waits for its picture."""

    named: Named
    text: str
    pictures: list[pages.Picture]
    """Those that may still be it."""


class Crawl:
    """One run."""

    def __init__(self, collection: Collection, ledger: Ledger, tell: Callable[[int, int, str], None],
                 say: Callable[[str], None], stop: Callable[[], None]) -> None:  # fmt: skip
        """Nothing is asked yet.

        Args:
            tell: is told after each article how many are done, how many are known, and the day.
            say: shows a sentence.
            stop: ends Scrapy at once, from any thread.
        """
        self.collection, self._ledger = collection, ledger
        self._tell, self.say, self._stop = tell, say, stop
        self.ended: BaseException | None = None
        """What ended the run before its time."""
        self.left: dict[str, str] = {}
        """What could not be had this time: address -> why."""
        self._failed: Counter[str] = Counter()
        self._pages, self._pictures = Doubts(), Doubts()

    def end(self, error: BaseException) -> None:
        """End by an error: nothing is lost, as all that counts is in the ledger."""
        if self.ended is None:
            self.ended = error
            self._stop()

    def begin(self) -> "Iterator[Request]":
        """What earlier runs left, then the lists by day."""
        yield from [self._article(named) for named in self._ledger.waiting.values()]
        yield from [self._list(of) for of in self._ledger.open_lists()]

    def finish(self) -> None:
        """All that could be done is done.

        Raises:
            UserError: no page could be read.
        """
        for doubts in (self._pages, self._pictures):
            self._refuse_all(doubts.end())

    def _list(self, of: DayList) -> "Request":
        address = self.collection.portal.list_address(of.topic, of.day, of.next_page)
        # A day that was begun comes before the next one, and articles before lists.
        return self._request(address, self._listed, int(of.next_page > 1), of=of)

    def _article(self, named: Named) -> "Request":
        return self._request(named.address, self._read, 2, named=named)

    def _picture(self, draft: Draft) -> "Request":
        return self._request(draft.pictures[0].address, self._seen, 3, draft=draft)

    def _request(self, address: str, callback: Callable, priority: int, **known: Any) -> "Request":
        from scrapy import Request

        return Request(
            address, callback, errback=self._missed, priority=priority, cb_kwargs=known, dont_filter=True
        )  # fmt: skip

    def _listed(self, response: "Response", of: DayList) -> "Iterator[Request]":
        """A page of a list."""
        self._failed["of"] = 0
        portal, page = self.collection.portal, of.next_page
        asked = portal.list_address(of.topic, of.day, page)
        if urlsplit(response.url)[2:4] != urlsplit(asked)[2:4]:
            raise UserError(
                f"The list {asked} leads to {response.url}: correct list.address in {portal.file}; the same command "
                "goes on."
            )
        days = [day.strftime("%Y%m%d") for day in (self.collection.first, self.collection.last)]
        found = pages.listed(markup.of(response), portal, response.url, (days[0], days[1]))
        if not found.ids and not found.says_nothing_more and (page == 1 or portal.fields["list.nothing_more"]):
            raise UserError(pages.changed_list(found, portal, response.url))
        end = "" if found.articles.keys() - of.ids else LAST_PAGE
        if not end and page >= portal.fields["list.most_pages"]:
            end = CUT
        for named in self._ledger.add_page(of, page, found.articles, end):
            yield self._article(named)
        if not end:
            yield self._list(of)

    def _read(self, response: "Response", named: Named) -> "Iterator[Request]":
        """An article's page."""
        self._failed["named"] = 0
        portal = self.collection.portal
        found = portal.article_id(response.url)
        if found is None or found[0] != named.id:
            reason = "it leads to another page"
            self._pages.add(named, reason, f"{named.address} leads to {response.url}, which is not the article.")
            return
        try:
            article = pages.article(markup.of(response), portal, response.url)
        except pages.Unfound as error:
            selectors = ", ".join(portal.fields[error.field])
            self._pages.add(
                named,
                f"it has no {error.field.partition('.')[2]}",
                f"None of the selectors {selectors} finds anything in {response.url}. The markup has changed: correct "
                f"{error.field} in {portal.file}; the same command goes on.",
            )
            return
        self._refuse_all(self._pages.clear())
        fitting = [one for one in article.pictures if not portal.excludes_credit(one.caption)]
        reason = self._article_fault(article)
        if not reason and not fitting:
            reason = "excluded agency" if article.pictures else "no picture"
        if reason:
            self._refuse(named, reason)
        else:
            yield self._picture(Draft(named, f"{article.title} {SEPARATOR} {article.body}", fitting))

    def _article_fault(self, article: pages.Article) -> str | None:
        if article.service in self.collection.portal.fields["article.excluded_services"]:
            return f"excluded service ({article.service})"
        if not article.title or not article.body:
            return f"empty {'body' if article.title else 'title'}"
        return self.collection.article_fault(article.title, article.body)

    def _seen(self, response: "Response", draft: Draft) -> "Iterator[Request]":
        """A picture's file."""
        self._failed["draft"] = 0
        self._refuse_all(self._pictures.clear())
        try:
            format_ = read_picture(response.body).format
        except BrokenPicture as error:
            yield from self._next_picture(draft, str(error))
            return
        if format_ == "GIF":
            yield from self._next_picture(draft, "the picture is a GIF")
            return
        named = draft.named
        name = f"images/{named.day.replace('-', '')}/{named.id}{ENDINGS.get(format_, f'.{format_.lower()}')}"
        write_whole(self.collection.out / name, response.body)
        self._ledger.keep(
            {
                "id": named.id,
                "topic": named.topic,
                "text": draft.text,
                "img": name,
                "img_url": draft.pictures[0].address,
                "url": named.address,
            }
        )
        self._told(named)

    def _next_picture(self, draft: Draft, reason: str) -> "Iterator[Request]":
        """Another picture of the article, where there is one."""
        draft.pictures = draft.pictures[1:]
        if draft.pictures:
            yield self._picture(draft)
        else:
            self._refuse(draft.named, reason)

    def _missed(self, failure: "Failure") -> "list[Request]":
        """A request that brought no page."""
        request: Request = failure.request  # pyright: ignore[reportAttributeAccessIssue]
        try:
            why, reason = failures.why(failure.value)
            if why == failures.LATER:
                self._leave(request, reason)
            elif self.ended is None:
                return self._refused(request, reason, why == failures.FORBIDDEN)
        except Exception as error:  # Scrapy writes what is raised here into its log, and goes on
            self.end(error)
        return []

    def _refused(self, request: "Request", reason: str, is_doubtful: bool) -> "list[Request]":
        """What will never come."""
        known: dict[str, Any] = request.cb_kwargs
        if not is_doubtful:
            reason = f"{'the picture' if 'draft' in known else 'it'} is not there ({reason})"
        sentence = f"{request.url} is not collected: {reason}."
        if "of" in known:
            if known["of"].next_page > 1 and not is_doubtful and not self.collection.portal.fields["list.nothing_more"]:
                self._ledger.add_page(known["of"], known["of"].next_page, {}, LAST_PAGE)
                return []
            raise UserError(sentence)
        if "named" in known:
            if is_doubtful:
                self._pages.add(known["named"], reason, sentence)
            else:
                self._refuse(known["named"], reason)
            return []
        if is_doubtful:
            self._pictures.add(known["draft"].named, f"its picture may not be had ({reason})", sentence)
            return []
        return list(self._next_picture(known["draft"], reason))

    def _leave(self, request: "Request", reason: str) -> None:
        """What may come another time."""
        self.left[request.url] = reason
        (kind,) = request.cb_kwargs
        self._failed[kind] += 1
        if self._failed[kind] >= FAILED_IN_A_ROW:
            raise UserError(
                f"{FAILED_IN_A_ROW} {CALLED[kind]} in a row could not be had, the last ({request.url}) with {reason}: "
                "the portal is down or refuses this machine; the same command goes on later."
            )

    def _refuse_all(self, doubtful: list[tuple[Named, str]]) -> None:
        for named, reason in doubtful:
            self._refuse(named, reason)

    def _refuse(self, named: Named, reason: str) -> None:
        self._ledger.refuse(named, reason)
        self._told(named)

    def _told(self, named: Named) -> None:
        self._tell(self._ledger.done, self._ledger.known, named.day)
