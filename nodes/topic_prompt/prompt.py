"""A headline and a topic as one prompt that any CLIP Text Encode understands."""

from collections.abc import Iterator

from ..ground import UserError
from .calls import SIGN, escape

PLACEHOLDER = "<topic>"
POSITIONS = ("prefix", "suffix", "replace")


def compose(text: str, topic: str, position: str, strength: float) -> str:
    """The prompt with the topic's embedding in its place.

    Args:
        topic: as ComfyUI finds it.
        position: "prefix" puts it before the text, so that every word sees it (CLIP attends backward only); "suffix"
            behind it; "replace" where the text says `<topic>`.
        strength: weight of the topic, by ComfyUI's rule for `(word:1.2)`; 1 is as learned.

    Raises:
        UserError: "replace" without `<topic>` in the text.
    """
    name = SIGN + topic
    if strength != 1.0:
        name = f"({name}:{strength:g})"
    if position == "replace":
        if PLACEHOLDER not in text:
            raise UserError(f"Expected {PLACEHOLDER} in the text where the topic goes, as position is replace.")
        return " ".join(text.replace(PLACEHOLDER, f" {name} ").split())
    return " ".join(part for part in ((name, text) if position == "prefix" else (text, name)) if part)


def write_segments(segments: list[tuple[str, float]]) -> str:
    """Weighted segments as ComfyUI prompt text; parsing it again gives the same segments."""
    written: list[str] = []
    was_plain = False
    for text, weight in segments:
        # Two plain ones would be read as one, and a backslash would take the next bracket for a letter.
        was_plain = weight == 1.0 and not was_plain and not text.endswith("\\")
        written.append(escape(text) if was_plain else f"({escape(text)}:{weight!r})")
    return "".join(written)


def ever_shorter(segments: list[tuple[str, float]]) -> Iterator[list[tuple[str, float]]]:
    """The segments without their last word, without their last two, ...; embeddings are no words and stay.

    The only word left loses its letters from behind, one by one.
    """
    while True:
        words = [
            (index, place)
            for index, (text, _) in enumerate(segments)
            for place, word in enumerate(text.split())
            if not word.startswith(SIGN)
        ]
        if not words:
            return
        index, place = words[-1]
        text, weight = segments[index]
        parts = text.split()
        parts[place] = parts[place][:-1] if len(words) == 1 else ""
        rest = " ".join(filter(None, parts))
        lead = " " if text[:1].isspace() and rest else ""
        segments = [*segments[:index], (lead + rest, weight), *segments[index + 1 :]]
        segments = [segment for segment in segments if segment[0]]
        yield segments
