"""Which encoder and tokenizer a CLIP was loaded from, so that what was learned against one is not used with another."""

from dataclasses import dataclass
from typing import Any

ATTRIBUTE = "dancheong_origin"


@dataclass(frozen=True)
class Origin:
    """SHA-256 fingerprints, independent of file layout."""

    text_encoder: str
    tokenizer: str


def origin_of(clip: Any) -> Origin | None:
    """The origin of a CLIP from Load Korean CLIP, patched or not; None for any other CLIP."""
    # Clones of a CLIP share their tokenizer, patches do not touch it.
    return getattr(clip.tokenizer, ATTRIBUTE, None)


def mark(clip: Any, origin: Origin) -> None:
    """Note on a CLIP, and so on every clone of it, what it was loaded from."""
    setattr(clip.tokenizer, ATTRIBUTE, origin)
