"""One page of PDF: a picture at its resolution, outlines on it, and the boxes that a printer's software reads."""

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from ..ground import UserError
from ..page import colour_profile
from ..page.drawing import BLACK, Shape
from ..page.trim import MM_PER_INCH, POINTS_PER_INCH, Trim
from .marks import SLUG_MM
from .pdf_standard import BOXES, STANDARDS, Standard

POINTS_PER_MM = POINTS_PER_INCH / MM_PER_INCH
Inks = tuple[float, ...]


@dataclass(frozen=True)
class Page:
    """What stands on it."""

    picture: Image.Image
    """RGB or CMYK, in the colours of `profile`."""
    profile: bytes | None
    """None = sRGB."""
    trim: Trim
    standard: Standard = STANDARDS[BOXES]
    title: str = ""
    shapes: tuple[Shape, ...] = ()
    """On the picture, in its px."""
    marks: tuple[Shape, ...] = ()
    """Around it, in mm from the upper left of the trim; none = the page ends with the bleed."""
    inks: dict[tuple[int, int, int], Inks] = field(default_factory=dict[tuple[int, int, int], Inks])
    """Colour of a shape -> the same in the colours of `profile`, 0..1 each."""


def written(page: Page) -> bytes:
    """The whole file.

    The picture stands at exactly its resolution, so that the bleed may differ from the asked one by half a pixel.
    Where there is no bleed to take that from, it is stretched by so much, and fills its trim. TrimBox is always exact.

    Source: ISO 32000-1, sections 8.4.5 (overprint), 8.6.6.4 (Separation All), 14.11.2 (boxes).

    Raises:
        UserError: a profile that is newer than the PDF that is asked for may hold.
    """
    import pikepdf

    pdf: Any = pikepdf
    document = pdf.new()
    profile = _held(page)
    width, height = (
        max(pixels / page.trim.dpi * POINTS_PER_INCH, points)
        for pixels, points in zip(page.trim.pixels, page.trim.points, strict=True)
    )
    slug = SLUG_MM * POINTS_PER_MM if page.marks else 0.0
    left, bottom = slug + (width - page.trim.points[0]) / 2, slug + (height - page.trim.points[1]) / 2
    colours = packed(document, profile, N=len(page.picture.getbands()))
    device = pdf.Name.DeviceCMYK if page.picture.mode == "CMYK" else None
    space = device if device and page.standard.is_press else pdf.Array([pdf.Name.ICCBased, colours])
    content = [f"q {width:.5f} 0 0 {height:.5f} {slug:.5f} {slug:.5f} cm /Im0 Do Q"]
    across, up = (points / pixels for points, pixels in zip((width, height), page.picture.size, strict=True))
    content += _drawn(page.shapes, page, (across, 0, 0, -up, slug, slug + height))
    top = bottom + page.trim.points[1]
    content += _drawn(page.marks, page, (POINTS_PER_MM, 0, 0, -POINTS_PER_MM, left, top))
    added = document.add_blank_page(page_size=(width + 2 * slug, height + 2 * slug))
    added.mediabox = added.cropbox = _box(0, 0, width + 2 * slug, height + 2 * slug)
    added.bleedbox = _box(slug, slug, slug + width, slug + height)
    added.trimbox = _box(left, bottom, left + page.trim.points[0], top)
    added.obj.Resources = _resources(pdf, document, _image(document, page.picture, space), space)
    added.obj.Contents = packed(document, "\n".join(content).encode("ascii"))
    page.standard.stamp(document, colours, page.title)
    data = io.BytesIO()
    # Everything that is large is packed already, and XMP must be read by what cannot unpack.
    document.save(
        data,
        force_version=page.standard.version,
        object_stream_mode=pdf.ObjectStreamMode.disable,
        compress_streams=False,
        stream_decode_level=pdf.StreamDecodeLevel.none,
    )
    return data.getvalue()


def _held(page: Page) -> bytes:
    """The profile as this version of PDF may hold it (ISO 32000-1, table 67)."""
    newest = page.standard.newest_profile
    if page.profile is None:  # that of littlecms has nothing that version 4.2 does not have
        return colour_profile.stamped(colour_profile.srgb(), newest)
    found = colour_profile.version(page.profile)
    if found <= newest:
        return page.profile
    raise UserError(
        f"Expected an ICC profile of version {newest[0]}.{newest[1]} or older for {page.standard.name}, got "
        f"{found[0]}.{found[1]}: ask your printer for one, or take tiff."
    )


def _image(document: Any, picture: Image.Image, space: Any) -> Any:
    """The pixels as they are; what differs from the row above is what is packed (PNG's filter Up)."""
    import pikepdf

    rows = np.asarray(picture).reshape(picture.height, -1)
    steps = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    steps[:, 0] = 2
    steps[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=steps[1:, 1:])
    channels = len(picture.getbands())
    image = pikepdf.Stream(document, zlib.compress(steps.tobytes()))
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        BitsPerComponent=8,
        ColorSpace=space,
        Filter=pikepdf.Name.FlateDecode,
        DecodeParms=pikepdf.Dictionary(Predictor=15, Colors=channels, BitsPerComponent=8, Columns=picture.width),
    )
    return document.make_indirect(image)


def _resources(pdf: Any, document: Any, image: Any, space: Any) -> Any:
    channels = 4 if space == pdf.Name.DeviceCMYK or int(space[1].N) == 4 else 3
    alternate, none, full = (
        (pdf.Name.DeviceCMYK, [0, 0, 0, 0], [1, 1, 1, 1]) if channels == 4 else (pdf.Name.DeviceRGB, [1] * 3, [0] * 3)
    )
    tint = pdf.Dictionary(FunctionType=2, Domain=[0, 1], C0=none, C1=full, N=1)
    over = pdf.Dictionary(Type=pdf.Name.ExtGState, OP=True, op=True, OPM=1)
    out = pdf.Dictionary(Type=pdf.Name.ExtGState, OP=False, op=False, OPM=0)
    return pdf.Dictionary(
        XObject=pdf.Dictionary(Im0=image),
        ColorSpace=pdf.Dictionary(
            CS0=space,
            All=pdf.Array([pdf.Name.Separation, pdf.Name.All, alternate, document.make_indirect(tint)]),
        ),
        ExtGState=pdf.Dictionary(Over=document.make_indirect(over), Out=document.make_indirect(out)),
    )


def _drawn(shapes: Iterable[Shape], page: Page, matrix: tuple[float, ...]) -> list[str]:
    """Operators that draw shapes under a matrix; black overprints where black is an ink of its own."""
    shapes = tuple(shapes)
    if not shapes:
        return []
    lines = [f"q {' '.join(f'{value:.6f}' for value in matrix)} cm 1 j 1 J"]
    for shape in shapes:
        over = shape.colour == BLACK and page.picture.mode == "CMYK"
        space, tint, inks, draw = ("CS", "SCN", "K", "S") if shape.line else ("cs", "scn", "k", "f")
        lines.append(f"/{'Over' if over else 'Out'} gs")
        parts = " ".join(f"{part:.4g}" for part in page.inks[shape.colour]) if shape.colour else ""
        if shape.colour is None:
            lines.append(f"/All {space} 1 {tint}")
        elif page.picture.mode == "CMYK":
            lines.append(f"{parts} {inks}")
        else:
            lines.append(f"/CS0 {space} {parts} {tint}")
        if shape.line:
            lines.append(f"{shape.line:.4f} w")
        lines += [_move(name, points) for name, points in shape.moves]
        lines.append(draw)
    return [*lines, "Q"]


def _move(name: str, points: tuple[tuple[float, float], ...]) -> str:
    operator = {"moveTo": "m", "lineTo": "l", "curveTo": "c", "closePath": "h"}[name]
    return " ".join([*(f"{part:.4f}" for point in points for part in point), operator])


def packed(document: Any, data: bytes, **entries: Any) -> Any:
    """A stream of the document."""
    import pikepdf

    stream: Any = document.make_stream(zlib.compress(data), Filter=pikepdf.Name.FlateDecode, **entries)
    return stream


def _box(*edges: float) -> list[float]:
    return [round(edge, 5) for edge in edges]
