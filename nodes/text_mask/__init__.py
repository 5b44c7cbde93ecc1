"""Where is text in a picture: engines find regions, rules choose among them, shapes become a mask."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .comfy_search import TextSearch

ENGINES = ("auto", "rapidocr", "craft", "keras-ocr")
"""What a user can choose; "auto" tries the others in this order: the one without further files first."""


class Choice(Protocol):
    """Which regions are meant."""

    @property
    def need_text(self) -> bool:
        """Whether regions must be read."""
        ...

    @property
    def need_hangul(self) -> bool:
        """Whether it is an error if Hangul cannot be read."""
        ...

    def masked(self, region: Any, size: tuple[int, int]) -> bool:
        """Whether this region (polygon, score, text, height) of a picture of `size` (width, height) is meant."""
        ...


def text_search(engine: str, choice: Choice, shape: str, grow: float) -> "TextSearch":
    """A search for text; `engine`, `shape` and `grow` as the OCR Text Mask node has them."""
    from .comfy_search import TextSearch

    return TextSearch(engine, choice, shape, grow)


def all_but(keep: str) -> Choice:
    """All text except what `keep` matches, as typed into the OCR Text Mask node."""
    from .comfy_search import expression
    from .rules import Rules

    return Rules(keep=expression(keep))
