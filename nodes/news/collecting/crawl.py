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
from .doubts import AT_FIRST, LATER, Doubts
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
GIF = "the picture is a GIF"
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
        self._pages, self._pictures = Doubts(AT_FIRST), Doubts(AT_FIRST)
        self._unpictured = Doubts(LATER)

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
        for doubts in (self._pages, self._unpictured, self._pictures):
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

        return Request(address, callback, errback=self._missed, priority=priority, cb_kwargs=known, dont_filter=True)

    def _listed(self, response: "Response", of: DayList) -> "Iterator[Request]":
        """A page of a list."""
        self._failed["of"] = 0
        portal, page = self.collection.portal, of.next_page
        asked = self._list(of).url
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
        portal, page = self.collection.portal, markup.of(response)
        found = portal.article_id(response.url)
        if found is None or found[0] != named.id:
            sentence = f"{named.address} leads to {response.url}, which is not the article."
            self._pages.add(named, "it leads to another page", sentence)
            return
        service = pages.service(page, portal)
        if service in portal.fields["article.excluded_services"]:
            self._refuse(named, f"excluded service ({service})")
            return
        try:
            article = pages.article(page, portal, response.url)
        except pages.Unfound as error:
            self._pages.add(
                named, f"it has no {error.field.partition('.')[2]}", pages.changed(portal, error.field, response.url)
            )
            return
        self._refuse_all(self._pages.clear())
        reason = self.collection.article_fault(article.title, article.body)
        if reason:
            self._refuse(named, reason)
        elif not article.pictures:
            self._unpictured.add(named, "no picture", pages.changed(portal, "picture.found", response.url))
        else:
            self._refuse_all(self._unpictured.clear())
            fitting = [one for one in article.pictures if not portal.excludes_credit(one.caption)]
            if fitting:
                yield self._picture(Draft(named, f"{article.title} {SEPARATOR} {article.body}", fitting))
            else:
                self._refuse(named, "excluded agency")

    def _seen(self, response: "Response", draft: Draft) -> "Iterator[Request]":
        """A picture's file."""
        self._failed["draft"] = 0
        named = draft.named
        try:
            format_ = read_picture(response.body).format
        except BrokenPicture as error:
            yield from self._next_picture(draft, str(error))
            return
        self._refuse_all(self._pictures.clear())
        if format_ == "GIF":
            yield from self._next_picture(draft, GIF)
            return
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
        address = draft.pictures[0].address
        draft.pictures = draft.pictures[1:]
        if draft.pictures:
            yield self._picture(draft)
        elif reason == GIF:
            self._refuse(draft.named, reason)
        else:
            self._pictures.add(
                draft.named,
                reason,
                f"{address} brings no picture ({reason}): if a browser shows one in {draft.named.address}, correct "
                f"picture.found, picture.address or picture.original in {self.collection.portal.file}.",
            )

    def _missed(self, failure: "Failure") -> "list[Request]":
        """A request that brought no page."""
        request: Request = failure.request  # pyright: ignore[reportAttributeAccessIssue]
        try:
            why, reason = failures.why(failure.value)
            if why == failures.LATER:
                self._leave(request, reason)
            elif self.ended is None:
                return self._refused(request, why, reason)
        except Exception as error:  # Scrapy writes what is raised here into its log, and goes on
            self.end(error)
        return []

    def _refused(self, request: "Request", why: str, reason: str) -> "list[Request]":
        """What will never come, or must not be asked for."""
        known: dict[str, Any] = request.cb_kwargs
        if "draft" in known:
            return list(self._next_picture(known["draft"], f"the picture cannot be had ({reason})"))
        sentence = f"{request.url} cannot be had: {reason}."
        if "named" in known:
            self._pages.add(known["named"], reason, sentence)
        elif (
            why == failures.GONE
            and known["of"].next_page > 1
            and not self.collection.portal.fields["list.nothing_more"]
        ):
            self._ledger.add_page(known["of"], known["of"].next_page, {}, LAST_PAGE)
        else:
            raise UserError(sentence)
        return []

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
