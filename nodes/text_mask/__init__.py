"""Where is text in a picture: engines find regions, rules choose among them, shapes become a mask."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

    from .comfy_search import TextSearch
    from .reported import Reported

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


def reported_regions(report: str) -> "list[Reported]":
    """Every picture's regions from OCR Text Mask's regions output; a UserError for any other text."""
    from .reported import read

    return read(report)


def line_reader() -> "Callable[[np.ndarray, tuple[int, int, int, int]], str] | None":
    """Reads the text in a box (left, top, right, bottom) of a picture `[H,W,3]` uint8; None if it is not installed."""
    from .comfy_search import line_reader

    return line_reader()
