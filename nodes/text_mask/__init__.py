"""Where is text in a picture: engines find regions, rules choose among them, shapes become a mask."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .comfy_search import TextSearch

ENGINES = ("auto", "rapidocr", "craft", "keras-ocr")
"""What a user can choose; "auto" tries the others in this order: the one without further files first."""


def text_search(engine: str, shape: str, grow: float, keep: str) -> "TextSearch":
    """A search for all text but what `keep` matches; arguments as the OCR Text Mask node has them."""
    from .comfy_search import TextSearch, expression
    from .rules import Rules

    return TextSearch(engine, Rules(keep=expression(keep)), shape, grow)
