"""A file to be worked on: picture and type as layers, for Photoshop and whatever reads its files."""

import io
from typing import Any

from PIL import Image

INCH_UNIT = 1
"""Pixels per inch, shown in inches."""
PICTURE, TYPE = "Picture", "Type"


def layered(picture: Image.Image, words: Image.Image | None, profile: bytes, dpi: int) -> bytes:
    """A PSD: the picture, the words over it, and both as one for what shows no layers.

    Args:
        picture: RGB or RGBA.
        words: RGBA of its size, or None.
        profile: of the colours of both.
    """
    from psd_tools import PSDImage
    from psd_tools.constants import Resource
    from psd_tools.psd.image_resources import ImageResource, ResoulutionInfo

    whole = picture.convert("RGBA")
    if words is not None:
        whole.alpha_composite(words)
    document: Any = PSDImage.frompil(whole)  # one without alpha would keep that of its layers as masks
    document.create_pixel_layer(picture, name=PICTURE, top=0, left=0)
    if words is not None:
        document.create_pixel_layer(words, name=TYPE, top=0, left=0)
    fixed = dpi << 16
    resolution: Any = ResoulutionInfo(fixed, INCH_UNIT, INCH_UNIT, fixed, INCH_UNIT, INCH_UNIT)
    for key, data in ((Resource.ICC_PROFILE, profile), (Resource.RESOLUTION_INFO, resolution)):
        document.image_resources[key] = ImageResource(key=key.value, name="", data=data)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
