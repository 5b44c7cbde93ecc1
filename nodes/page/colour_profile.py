"""ICC profiles: the one that pictures have when nothing else is said, and those of files."""

import io
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from ..ground import UserError


def srgb() -> bytes:
    """The profile of sRGB, as a file holds it."""
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def embedded(picture: Path) -> bytes:
    """The profile inside a picture file.

    Raises:
        UserError: no picture, or without a profile for RGB.
    """
    try:
        with Image.open(picture) as image:
            profile = image.info.get("icc_profile")
        kind = space(profile) if profile else ""
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError) as error:
        raise UserError(f"Expected a picture with a colour profile, got {picture.name}: {error}.") from error
    if not kind:
        raise UserError(f"{picture.name} has no colour profile inside: leave the input empty for sRGB.")
    if kind != "RGB":
        raise UserError(
            f"{picture.name} has a profile for {kind}, but ComfyUI's pictures are RGB: leave the input empty for sRGB."
        )
    return profile


def read(path: Path) -> bytes:
    """A profile from an .icc or .icm file.

    Raises:
        UserError: it is none.
    """
    data = path.read_bytes()
    try:
        space(data)
    except OSError as error:
        raise UserError(f"{path.name} is no ICC profile: get it again from your printer.") from error
    return data


def space(profile: bytes) -> str:
    """Its colours: "RGB", "CMYK", "GRAY", ..."""
    from PIL import ImageCms

    # Bytes 16 to 19 of the header (ICC.1, section 7.2.6); the constructor refuses what is no profile.
    ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return profile[16:20].decode("ascii").strip()


def version(profile: bytes) -> tuple[int, int]:
    """Of the ICC specification that it follows: (4, 2) for 4.2.

    Bytes 8 and 9 of the header (ICC.1, section 7.2.4).
    """
    return profile[8], profile[9] >> 4


def stamped(profile: bytes, newest: tuple[int, int]) -> bytes:
    """A profile that says it follows an older version; to be used only where it has nothing that came later.

    Its identifier, bytes 84 to 99, is a sum over the version too: zeros say that there is none.
    """
    return profile[:8] + bytes((newest[0], newest[1] << 4)) + profile[10:84] + bytes(16) + profile[100:]
