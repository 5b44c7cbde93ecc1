"""Pixels of any depth as 8 bits, and of any kind as red, green and blue."""

import numpy as np
from PIL import Image

DEEP = 65535
DEEPEST = 2**32 - 1
SAMPLE_FORMAT, UNSIGNED = 339, 1
"""TIFF's tag, and what it says of whole numbers from 0 on."""


def rgb(image: Image.Image) -> np.ndarray:
    """`[H,W,3]` uint8 of a loaded picture; what is transparent is seen on white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _grey(image)
    if image.has_transparency_data:
        rgba = np.asarray(image.convert("RGBA"))
        return on_white(rgba[..., :3], rgba[..., 3])
    return np.array(image.convert("RGB"))


def eight_bits(values: np.ndarray) -> np.ndarray:
    """Levels 0..255 of numbers of any type.

    Whole numbers fill their 8, 16 or 32 bits; those of 32 bits often fill 16 only. Fractions are 0..1, or else, where
    many are clearly more, 0..255 or 0..65535.
    """
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind == "f":
        finite = values[np.isfinite(values)]
        # A few highlights may shine brighter than white.
        bright = float(np.percentile(finite, 99)) if finite.size else 0.0
        values = np.nan_to_num(values, nan=0.0)
        full = next((level for level, most in ((1, 2), (255, 256)) if bright <= most), DEEP)
    else:
        full = DEEP if values.dtype.itemsize == 2 or values.max() <= DEEP else DEEPEST
    return (values.clip(0, full).astype(np.float32) * np.float32(255 / full)).round().astype(np.uint8)


def on_white(colours: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """`[H,W,3]` uint8 laid on white paper by `alpha` `[H,W]` uint8; opaque pixels keep their bits."""
    if alpha.min() == 255:
        return np.ascontiguousarray(colours)
    share = alpha[..., None].astype(np.uint16)
    # Rounded; x * 255 + 255 * (255 - share) stays below 2 ** 16.
    return ((colours * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)


def _grey(image: Image.Image) -> np.ndarray:
    values = np.asarray(image)
    tags = getattr(image, "tag_v2", {})
    if image.mode == "I" and tags and tags.get(SAMPLE_FORMAT, (UNSIGNED,))[0] == UNSIGNED:
        values = values.view(np.uint32)
    grey = eight_bits(values)
    hidden = image.info.get("transparency")
    if isinstance(hidden, int):
        grey = np.where(values == hidden, np.uint8(255), grey)
    return np.repeat(grey[..., None], 3, 2)
