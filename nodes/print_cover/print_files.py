"""A picture as a file for the printer: exact size, exact resolution, a colour profile inside."""

import importlib.util
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..ground import UserError
from ..page import colour_profile
from ..page.drawing import BLACK, Shape, painted
from ..page.trim import MM_PER_INCH, Trim
from .marks import SLUG_MM, marks
from .pdf_page import Inks, Page, written
from .pdf_standard import BOXES, STANDARDS
from .psd_file import layered
from .separation import limited, on_white, separated

ENDINGS = {"pdf": ".pdf", "png": ".png", "tiff": ".tif", "jpeg": ".jpg", "psd": ".psd"}
OUTLINED = ("pdf",)
"""Formats in which letters are outlines."""
LAYERED = ("psd",)
"""Formats in which they are a layer."""
LIBRARIES = {"pdf": "pikepdf", "psd": "psd_tools"}
JPEG_QUALITY = 95
KEY = (0.0, 0.0, 0.0, 1.0)
"""Black type on a press: its black ink alone."""


@dataclass(frozen=True)
class Press:
    """What a printer may ask for beyond size and colours."""

    standard: str = BOXES
    """A key of `STANDARDS`; of PDF alone."""
    ink_limit: float = 0.0
    """Percent of all inks together; 0 = as the profile separates."""
    has_marks: bool = False
    """Crop, fold and registration marks around the picture."""
    slug: tuple[Shape, ...] = ()
    """With marks, the line below them: in mm from the trim's upper left."""


PLAIN = Press()


@dataclass(frozen=True)
class PrintFile:
    """A file that is not written yet."""

    data: bytes
    report: str
    """What was done for the press, for people."""


def missing_libraries(file_format: str) -> str | None:
    """What to do before this format can be written, or None."""
    name = LIBRARIES.get(file_format)
    if name is None or importlib.util.find_spec(name) is not None:
        return None
    package = name.replace("_", "-")
    return f"{file_format.upper()} needs {package}: run `pip install {package}` with ComfyUI's own Python."


def encode(
    picture: np.ndarray,
    file_format: str,
    trim: Trim,
    metadata: dict[str, str],
    profile: bytes | None = None,
    press: Press = PLAIN,
    shapes: tuple[Shape, ...] = (),
    title: str = "",
    words: np.ndarray | None = None,
) -> PrintFile:
    """The whole file in memory, with its colour profile inside.

    Alpha is kept in RGB PNG, TIFF and PSD; JPEG, PDF and CMYK have none and get white paper.

    Args:
        picture: `[H,W,3 or 4]` uint8 sRGB, exactly `trim.pixels` in size.
        file_format: one of `ENDINGS`.
        metadata: text chunks, written to PNG only.
        profile: what the colours are converted to, relative colorimetric with black point compensation; None leaves
            them in sRGB.
        shapes: outlines on the picture, in its px; of PDF alone.
        title: of a PDF/X.
        words: `[H,W,4]` uint8 over the picture as a layer of its own; of PSD alone.

    Raises:
        UserError: the picture has another size than the trim asks for, or the profile is for neither RGB nor CMYK,
            or something was asked for that this format or profile cannot have.
    """
    height, width = picture.shape[:2]
    if (width, height) != trim.pixels:
        raise UserError(
            f"Expected a picture of {trim.pixels[0]} x {trim.pixels[1]} px for {trim.width_mm:g} x {trim.height_mm:g} "
            f"mm with {trim.bleed_mm:g} mm bleed at {trim.dpi} dpi, got {width} x {height} px: put Upscale to Size "
            "before this node and give it the same trim."
        )
    check(file_format, profile, press)
    image = Image.fromarray(picture)
    if profile is not None:
        image = separated(image, profile)
    if file_format in ("pdf", "jpeg"):
        image = on_white(image)
    image, told = limited(image, press.ink_limit) if image.mode == "CMYK" else (image, "")
    if file_format == "psd":
        over = None if words is None else Image.fromarray(words)
        if over is not None and profile is not None:
            over = separated(over, profile)
        return PrintFile(layered(image, over, profile or colour_profile.srgb(), trim.dpi), told)
    around = (*marks(trim), *press.slug) if press.has_marks else ()
    if file_format == "pdf":
        standard = STANDARDS[press.standard]
        inks = _inks(shapes, profile, press.ink_limit)
        return PrintFile(written(Page(image, profile, trim, standard, title, shapes, around, inks)), told)
    if around:
        image = _framed(image, around, trim)
    common = {"dpi": (trim.dpi, trim.dpi), "icc_profile": profile or colour_profile.srgb()}
    if file_format == "png":
        data = _save(image, "PNG", pnginfo=_chunks(metadata), **common)
    elif file_format == "tiff":
        data = _save(image, "TIFF", compression="tiff_lzw", **common)
    else:
        data = _save(image, "JPEG", quality=JPEG_QUALITY, subsampling=0, **common)
    return PrintFile(data, told)


def check(file_format: str, profile: bytes | None, press: Press) -> None:
    """Whether a file of this format and profile can have what the press asks for.

    Raises:
        UserError: it cannot.
    """
    space = colour_profile.space(profile) if profile else "RGB"
    if space == "CMYK" and file_format in ("png", "psd"):
        raise UserError(f"{file_format.upper()} has no CMYK: take pdf, tiff or jpeg, or an RGB profile.")
    if press.has_marks and file_format == "psd":
        raise UserError("PSD is to be worked on and gets no marks: take pdf, tiff, png or jpeg, or switch marks off.")
    if press.standard != BOXES and file_format != "pdf":
        raise UserError(f"{press.standard} is a kind of PDF, got format {file_format}: take pdf, or '{BOXES}'.")
    if press.standard != BOXES and space != "CMYK":
        raise UserError(
            f"{press.standard} is made for one press, got a profile for {space}: put your printer's CMYK profile into "
            f"models/icc and choose it, or take '{BOXES}'."
        )
    if press.ink_limit and space != "CMYK":
        raise UserError(
            f"An ink limit needs inks, got a profile for {space}: choose your printer's CMYK profile, or set ink_limit "
            "to 0."
        )


def _inks(shapes: tuple[Shape, ...], profile: bytes | None, limit: float) -> dict[tuple[int, int, int], Inks]:
    """The colours of shapes as those of the picture; black is black ink alone where there is some."""
    colours = sorted({shape.colour for shape in shapes if shape.colour is not None})
    if not colours:
        return {}
    swatches = Image.fromarray(np.array([colours], np.uint8))
    if profile is not None:
        swatches = separated(swatches, profile)
    if swatches.mode == "CMYK":
        swatches, _ = limited(swatches, limit)
    parts = np.asarray(swatches)[0] / 255
    inks: dict[tuple[int, int, int], Inks] = {
        colour: tuple(map(float, part)) for colour, part in zip(colours, parts, strict=True)
    }
    if swatches.mode == "CMYK" and BLACK in inks:
        inks[BLACK] = KEY
    return inks


def _framed(image: Image.Image, around: tuple[Shape, ...], trim: Trim) -> Image.Image:
    """A picture with its marks in pixels, in every ink."""
    scale = trim.dpi / MM_PER_INCH
    slug = round(SLUG_MM * scale)
    size = (image.width + 2 * slug, image.height + 2 * slug)
    white, full = {"RGB": ("white", "black"), "RGBA": ("white", "black"), "CMYK": ((0,) * 4, (255,) * 4)}[image.mode]
    sheet = Image.new(image.mode, size, white)
    sheet.paste(image, (slug, slug))
    corner = [slug + (whole - inner) / 2 for whole, inner in zip(trim.pixels, trim.inner_pixels, strict=True)]
    drawn = painted([shape.placed(scale, *corner) for shape in around], *size)
    sheet.paste(full, (0, 0, *size), Image.fromarray(drawn[..., 3]))
    return sheet


def _save(image: Image.Image, file_format: str, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, file_format, **options)
    return data.getvalue()


def _chunks(metadata: dict[str, str]) -> PngInfo:
    chunks = PngInfo()
    for key, value in metadata.items():
        chunks.add_text(key, value)
    return chunks
