"""Frames of a story one below the other with their captions, as a webtoon is read on a phone."""

from collections.abc import Callable, Sequence

import numpy as np

from ..ground import UserError

BELOW, ABOVE = PLACES = ("below", "above")
"""Where a caption stands beside its frame."""
CLOSE = 0.4
"""Share of the gap that is between a frame and its caption."""


def strip(
    frames: np.ndarray,
    captions: Sequence[str],
    gap: int,
    place: str,
    ground: tuple[int, int, int],
    lettered: Callable[[str], np.ndarray],
) -> np.ndarray:
    """One tall picture, as wide as a frame.

    Args:
        frames: uint8 [N, H, W, 3].
        captions: one a frame, "" for none.
        gap: px above the first frame, between frames, and below the last.
        place: of `PLACES`.
        lettered: a caption as uint8 [h, W, 4] with straight alpha.

    Returns:
        uint8 [height, W, 3].
    """
    width = frames.shape[2]

    def empty(height: int) -> np.ndarray:
        return np.full((height, width, 3), ground, np.uint8)

    parts = [empty(gap)]
    for frame, text in zip(frames, captions, strict=True):
        group = [frame]
        if text:
            group += [empty(round(CLOSE * gap)), _on(empty, lettered(text))]
        parts += [*(group if place == BELOW else reversed(group)), empty(gap)]
    return np.concatenate(parts)


def lines_for(text: str, frames: int) -> list[str]:
    """A caption for each frame: a line each, or none at all.

    Raises:
        UserError: another number of lines.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and len(lines) != frames:
        raise UserError(
            f"Expected a line of captions for each of {frames} frames, or none, got {len(lines)} (empty lines do not "
            "count): write one for each."
        )
    return lines or [""] * frames


def _on(empty: Callable[[int], np.ndarray], layer: np.ndarray) -> np.ndarray:
    """Letters on the ground."""
    alpha = layer[..., 3:] / 255.0
    return np.round(empty(len(layer)) * (1 - alpha) + layer[..., :3] * alpha).astype(np.uint8)
