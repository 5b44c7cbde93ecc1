"""HTML that is searched by the selectors of a portal's file."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parsel import Selector, SelectorList


def selector(html: str) -> "Selector":
    """A page, to be searched."""
    from parsel import Selector

    return Selector(text=html)


def of(answer: Any) -> "Selector":
    """The page that Scrapy brings; what is no text at all has nothing in it."""
    return answer.selector if hasattr(answer, "text") and answer.text.strip() else selector("<html/>")


def selected(page: "Selector", one: str) -> "SelectorList":
    """What one selector finds."""
    return page.xpath(one) if one.startswith(("/", "./")) else page.css(one)
