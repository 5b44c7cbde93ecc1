"""A picture's file as pixels."""

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ..ground import UserError


class BrokenPicture(UserError):
    """The file is no picture, or is cut off."""


def decode(data: bytes) -> np.ndarray:
    """`[H,W,3]` uint8, turned as the camera says; of an animation the first frame.

    Raises:
        BrokenPicture: with the reason.
    """
    try:
        with Image.open(io.BytesIO(data)) as opened:
            return np.array(ImageOps.exif_transpose(opened).convert("RGB"))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise BrokenPicture(f"the picture is broken ({_short(error)})") from error


def _short(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "no known format"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
