"""Colours become those of the printer's profile, with no more ink than the paper takes."""

import io

import numpy as np
from PIL import Image

from ..ground import UserError
from ..page import colour_profile

USUAL = 300.0
"""Percent of ink, all four together, that coated paper takes; the report counts what exceeds it."""


def separated(image: Image.Image, profile: bytes) -> Image.Image:
    """A picture in the colours of a profile: relative colorimetric, with black point compensation.

    Args:
        image: RGB or RGBA in sRGB; alpha is kept where the profile is for RGB, and else becomes white paper.

    Raises:
        UserError: the profile is for neither RGB nor CMYK.
    """
    from PIL import ImageCms

    space = colour_profile.space(profile)
    if space not in ("RGB", "CMYK"):
        raise UserError(f"Expected a profile for RGB or CMYK, got one for {space}: ask your printer for theirs.")
    alpha = image.getchannel("A") if image.mode == "RGBA" and space == "RGB" else None
    colours = image.convert("RGB") if alpha is not None else on_white(image)
    converted = ImageCms.profileToProfile(
        colours,
        ImageCms.ImageCmsProfile(io.BytesIO(colour_profile.srgb())),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode=space,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # it is None only when asked to change the picture in place
    if alpha is not None:
        converted.putalpha(alpha)
    return converted


def limited(image: Image.Image, percent: float) -> tuple[Image.Image, str]:
    """A CMYK picture whose inks are together at most `percent` of one full ink; 0 leaves them as they are.

    Cyan, magenta and yellow are lowered in proportion, so that the hue stays; black, which draws, is not.

    Returns:
        The picture, and for people how much ink there was and where it was too much.
    """
    inks = np.asarray(image)
    totals = inks.sum(-1, dtype=np.uint16)
    limit = int((percent or USUAL) * 255 / 100)
    over = totals > limit
    told = f"Ink: {totals.max() / 2.55:.0f} % at most"
    if not over.any():
        return image, f"{told}, nowhere above {percent or USUAL:g} %."
    where = f"{over.sum()} px ({over.mean():.2%}) above {percent or USUAL:g} %"
    if not percent:
        return image, f"{told} by the profile, {where}: set ink_limit if your printer asks for less."
    held = inks.copy()
    colours, black = inks[over][:, :3].astype(np.float64), inks[over][:, 3:].astype(np.float64)
    share = np.clip((limit - black) / np.maximum(colours.sum(-1, keepdims=True), 1), 0, 1)
    held[over, :3] = np.floor(colours * share)
    return Image.fromarray(held, "CMYK"), f"{told} by the profile, {where}: held to {percent:g} %."


def on_white(image: Image.Image) -> Image.Image:
    """A picture with white paper where it is transparent."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")
