"""Count, fit and encode a prompt with ComfyUI's own parser and tokenizer: nothing differs from CLIP Text Encode."""

import bisect
from typing import Any

import comfy.sd
from comfy.sd1_clip import escape_important, token_weights, unescape_important

from ..ground import UserError
from . import prompt


def sole_tokenizer(clip: comfy.sd.CLIP) -> Any:
    """The tokenizer of a CLIP with one text encoder of the CLIP-L kind.

    Raises:
        UserError: another kind of text encoder.
    """
    if set(clip.tokenize("")) != {"l"}:
        raise UserError(
            "Expected the CLIP of a Stable Diffusion 1.x model, such as Load Korean CLIP gives: topics are learned "
            "against one such text encoder."
        )
    return clip.tokenizer.clip_l


def count(clip: comfy.sd.CLIP, text: str) -> tuple[int, int]:
    """(tokens without start, end and padding; chunks) of a prompt."""
    chunks = clip.tokenize(text, return_word_ids=True)["l"]
    return sum(word != 0 for chunk in chunks for _, _, word in chunk), len(chunks)


def fit(clip: comfy.sd.CLIP, text: str, on_overflow: str) -> str:
    """The prompt, made to fit into one chunk where that is asked.

    Raises:
        UserError: it does not fit and `on_overflow` is "error", or nothing can be left out.
    """
    room = sole_tokenizer(clip).max_length - 2
    tokens, chunks = count(clip, text)
    if chunks == 1 or on_overflow == "chunk":
        return text
    if on_overflow == "error":
        raise UserError(
            f"The prompt takes {tokens} tokens, one chunk holds {room}: shorten it by {tokens - room}, or set "
            "on_overflow to chunk (several chunks side by side) or truncate (the last words go)."
        )
    shorter = [prompt.write_segments(left) for left in prompt.ever_shorter(segments(text))]
    # Each is shorter than the one before, so the longest that fits is found by bisection.
    first = bisect.bisect_left(shorter, True, key=lambda text: count(clip, text)[1] == 1)
    if first == len(shorter):
        raise UserError("The embeddings alone fill the prompt: use fewer of them, or set on_overflow to chunk.")
    return shorter[first]


def segments(text: str) -> list[tuple[str, float]]:
    """Words of one weight, as ComfyUI's parser takes a prompt apart."""
    return [(unescape_important(part), weight) for part, weight in token_weights(escape_important(text), 1.0)]


def encode(clip: comfy.sd.CLIP, text: str) -> Any:
    """CONDITIONING, as CLIP Text Encode gives it."""
    return clip.encode_from_tokens_scheduled(clip.tokenize(text))
