"""What stands on a portal's pages: a list's articles; an article's title, body and pictures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .markup import selected
from .portal import Portal

if TYPE_CHECKING:
    from parsel import Selector

BLOCKS = frozenset(
    ("address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4",
     "hr", "img", "li", "ol", "p", "section", "table", "td", "th", "tr", "ul")
)  # fmt: skip
"""Elements around which words end."""
UNSEEN = frozenset(("iframe", "noscript", "script", "style", "template", "textarea"))


class Unfound(Exception):
    """None of a field's selectors finds any words on a page."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True)
class Listed:
    """One page of a list."""

    articles: dict[str, str]
    """Id -> address, in the order of the page; of the asked days only."""
    links: int
    """How many links the selectors found."""
    ids: int
    """How many of them are addresses of articles, of whatever day."""
    says_nothing_more: bool


@dataclass(frozen=True)
class Picture:
    """A picture of an article."""

    address: str
    """At its original size."""
    caption: str


@dataclass(frozen=True)
class Article:
    """What an article's page says."""

    title: str
    body: str
    pictures: list[Picture]


def listed(page: "Selector", portal: Portal, base: str, days: tuple[str, str]) -> Listed:
    """The articles of a list's page.

    Args:
        base: the page's address.
        days: the first and the last that are asked for, YYYYmmdd.
    """
    links = [link.get() for link in _first(page, portal, "list.articles")]
    articles: dict[str, str] = {}
    ids = 0
    for link in links:
        address = portal.address(base, link)
        found = address and portal.article_id(address)
        if address and found:
            ids += 1
            if not found[1] or days[0] <= found[1] <= days[1]:
                articles.setdefault(found[0], address)
    sentence = portal.fields["list.nothing_more"]
    return Listed(articles, len(links), ids, bool(sentence) and sentence in _text(page))


def article(page: "Selector", portal: Portal, base: str) -> Article:
    """An article.

    Args:
        base: the page's address.

    Raises:
        Unfound: the page has no title or no body, or nothing is written there.
    """
    parts: dict[str, str] = {}
    for field in ("article.title", "article.body"):
        parts[field] = _words(page, portal, field)
        if not parts[field]:
            raise Unfound(field)
    pictures = [_picture(one, portal, base) for one in _first(page, portal, "picture.found")]
    return Article(parts["article.title"], parts["article.body"], [picture for picture in pictures if picture])


def service(page: "Selector", portal: Portal) -> str:
    """The part of the portal that a page stands in; "" where it says none."""
    return _words(page, portal, "article.service")


def changed(portal: Portal, field: str, address: str) -> str:
    """What to tell where a field is not found, page after page."""
    return (
        f"None of the selectors {', '.join(portal.fields[field])} finds anything in {address}. The markup has changed: "
        f"correct {field} in {portal.file}; the same command goes on."
    )


def changed_list(found: Listed, portal: Portal, address: str) -> str:
    """What to tell where a list's page names no article and does not say that there are none."""
    if not found.links:
        return changed(portal, "list.articles", address)
    return (
        f"article.id fits none of the {found.links} links that list.articles finds in {address}: correct them in "
        f"{portal.file}; the same command goes on."
    )


def _first(page: "Selector", portal: Portal, field: str) -> "list[Selector]":
    """What the first selector of a field finds that finds anything."""
    return next((list(found) for one in portal.fields[field] if (found := selected(page, one))), [])


def _words(page: "Selector", portal: Portal, field: str) -> str:
    """The text of the first element that a field finds."""
    found = _first(page, portal, field)
    return _text(found[0]) if found else ""


def _picture(image: "Selector", portal: Portal, base: str) -> Picture | None:
    """None where it has no address on the portal's hosts."""
    for one in portal.fields["picture.address"]:
        for link in selected(image, one).getall():
            address = portal.picture_address(base, link)
            if address:
                captions = [text for one in portal.fields["picture.caption"] for text in selected(image, one).getall()]
                return Picture(address, " ".join(" ".join(captions).split()))
    return None


def _text(element: "Selector") -> str:
    """The words that a reader sees in an element, in one line."""
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    words: list[str] = []
    walk = etree.iterwalk(element.root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node.tag in UNSEEN:
                walk.skip_subtree()
            else:
                words += [" " * (node.tag in BLOCKS), node.text or ""]
        else:
            words += [" " * (node.tag in BLOCKS), (node.tail or "") if node is not element.root else ""]
    return " ".join("".join(words).split())
