"""A learned mark, and where it lies in a picture of any size."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

ANCHORS = {
    "top left": (0.0, 0.0),
    "top right": (1.0, 0.0),
    "top": (0.5, 0.0),
    "bottom": (0.5, 1.0),
    "bottom left": (0.0, 1.0),
    "bottom right": (1.0, 1.0),
    "centre": (0.5, 0.5),
}
"""Name -> the point that the mark keeps its distance from, as shares of width and height."""


@dataclass(frozen=True)
class Watermark:
    """J = (1 - alpha) I + alpha * colour, with I the picture before the mark."""

    alpha: np.ndarray
    """`[h,w]` float32 in 0..1, with a rim of 0."""
    colour: np.ndarray
    """`[h,w,3]` float32 in 0..255."""
    anchor: str
    """One of `ANCHORS`."""
    offset: tuple[float, float]
    """px (x, y) from the anchor point to the top left of alpha, in a picture of the reference size."""
    reference: tuple[int, int]
    """(width, height) of the pictures it was learned from; of the commonest, where sizes differed."""
    uncertainty: float = 0.005
    """By how much alpha may be wrong as a whole."""
    agency: str = ""
    """Whose mark it is; "" where nobody said."""
    others: tuple["Watermark", ...] = ()
    """Other marks of the collection that it was learned from."""

    @property
    def every(self) -> "tuple[Watermark, ...]":
        """All marks of the collection."""
        return (self, *self.others)

    def place(self, size: tuple[int, int], scale: float) -> tuple[float, float]:
        """The expected top left (x, y) of the mark, `scale` times as large, in a picture of (width, height)."""
        x, y = (
            share * side + scale * away
            for share, side, away in zip(ANCHORS[self.anchor], size, self.offset, strict=True)
        )
        return x, y

    def scaled(self, scale: float, shift: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        """Alpha and colour `scale` times as large, moved right and down by `shift` (x, y in 0..1 px)."""
        if scale == 1 and shift == (0, 0):
            return self.alpha, self.colour
        height, width = self.alpha.shape
        size = (int(np.ceil(width * scale)) + 1, int(np.ceil(height * scale)) + 1)
        # What portals resize with; the box may not leave the picture, so a rim is put around it first.
        pad = int(np.ceil(2 / scale)) + 1
        left, top = (pad - away / scale for away in shift)
        box = (left, top, left + size[0] / scale, top + size[1] / scale)

        def resized(field: np.ndarray, mode: str) -> np.ndarray:
            padded = np.pad(field, pad, mode=mode)  # type: ignore[call-overload]
            return np.asarray(Image.fromarray(padded).resize(size, Image.Resampling.LANCZOS, box=box))

        channels = [resized(channel, "edge") for channel in np.moveaxis(self.colour, -1, 0)]
        return resized(self.alpha, "constant"), np.stack(channels, -1).clip(0, 255)
