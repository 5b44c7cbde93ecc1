"""A picture as a file for the printer: exact size, exact resolution, a colour profile inside."""

import importlib.util
import io

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..ground import UserError
from ..page import colour_profile
from ..page.trim import POINTS_PER_INCH, Trim

ENDINGS = {"pdf": ".pdf", "png": ".png", "tiff": ".tif", "jpeg": ".jpg"}
PDF_LIBRARIES = ("img2pdf", "pikepdf")
JPEG_QUALITY = 95


def missing_libraries(file_format: str) -> str | None:
    """What to do before this format can be written, or None."""
    missing = [name for name in PDF_LIBRARIES if importlib.util.find_spec(name) is None] if file_format == "pdf" else []
    if missing:
        return f"PDF needs {' and '.join(missing)}: run `pip install {' '.join(missing)}` with ComfyUI's own Python."
    return None


def encode(
    picture: np.ndarray, file_format: str, trim: Trim, metadata: dict[str, str], profile: bytes | None = None
) -> bytes:
    """The whole file in memory, with its colour profile inside.

    Alpha is kept in RGB PNG and TIFF; JPEG, PDF and CMYK have none and get white paper.

    Args:
        picture: `[H,W,3 or 4]` uint8 sRGB, exactly `trim.pixels` in size.
        file_format: one of `ENDINGS`.
        metadata: text chunks, written to PNG only.
        profile: what the colours are converted to, relative colorimetric with black point compensation; None leaves
            them in sRGB.

    Raises:
        UserError: the picture has another size than the trim asks for, or the profile is for neither RGB nor CMYK,
            or for CMYK where the format has none.
    """
    height, width = picture.shape[:2]
    if (width, height) != trim.pixels:
        raise UserError(
            f"Expected a picture of {trim.pixels[0]} x {trim.pixels[1]} px for {trim.width_mm:g} x {trim.height_mm:g} "
            f"mm with {trim.bleed_mm:g} mm bleed at {trim.dpi} dpi, got {width} x {height} px: put Upscale to Size "
            "before this node and give it the same trim."
        )
    image = Image.fromarray(picture)
    if profile is not None:
        image = _converted(image, profile, file_format)
    common = {"dpi": (trim.dpi, trim.dpi), "icc_profile": profile or colour_profile.srgb()}
    if file_format == "png":
        return _save(image, "PNG", pnginfo=_chunks(metadata), **common)
    if file_format == "tiff":
        return _save(image, "TIFF", compression="tiff_lzw", **common)
    flat = _on_white(image)
    if file_format == "jpeg":
        return _save(flat, "JPEG", quality=JPEG_QUALITY, subsampling=0, **common)
    # img2pdf embeds the pixels of either as they are; PNG has no CMYK.
    page = _save(flat, "TIFF", **common) if flat.mode == "CMYK" else _save(flat, "PNG", **common)
    return _pdf(page, trim)


def _converted(image: Image.Image, profile: bytes, file_format: str) -> Image.Image:
    from PIL import ImageCms

    space = colour_profile.space(profile)
    if space not in ("RGB", "CMYK"):
        raise UserError(f"Expected a profile for RGB or CMYK, got one for {space}: ask your printer for theirs.")
    if space == "CMYK" and file_format == "png":
        raise UserError("PNG has no CMYK: take pdf, tiff or jpeg, or an RGB profile.")
    alpha = image.getchannel("A") if image.mode == "RGBA" and space == "RGB" else None
    colours = image.convert("RGB") if alpha is not None else _on_white(image)
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


def _pdf(page_file: bytes, trim: Trim) -> bytes:
    """One page that is the picture at exactly its resolution, with the trim centred in it.

    The page is as large as its whole pixels, so the bleed may differ from the asked one by half a pixel; resolution and
    TrimBox are exact.
    """
    import img2pdf
    import pikepdf

    layout = img2pdf.get_fixed_dpi_layout_fun((trim.dpi, trim.dpi))
    width, height = (pixels / trim.dpi * POINTS_PER_INCH for pixels in trim.pixels)
    left, bottom = (width - trim.points[0]) / 2, (height - trim.points[1]) / 2
    embedded = io.BytesIO()
    img2pdf.convert(page_file, layout_fun=layout, outputstream=embedded)
    with pikepdf.open(embedded) as document:
        page = document.pages[0]
        page.mediabox = page.cropbox = page.bleedbox = [0, 0, width, height]
        page.trimbox = [left, bottom, left + trim.points[0], bottom + trim.points[1]]
        data = io.BytesIO()
        document.save(data)
    return data.getvalue()


def _save(image: Image.Image, file_format: str, **options: object) -> bytes:
    data = io.BytesIO()
    image.save(data, file_format, **options)
    return data.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    return paper.convert("RGB")


def _chunks(metadata: dict[str, str]) -> PngInfo:
    chunks = PngInfo()
    for key, value in metadata.items():
        chunks.add_text(key, value)
    return chunks
