"""Pictures in every format, depth and state of damage in which a news desk's folder may hold them."""

import io
import struct
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageCms

SIZE = 96, 64
HEIC = struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + bytes(200)
ENDINGS = {"JPEG2000": ".jp2"}
BOMB = (
    b"P6\n60000 60000\n255\n"  # what the header promises would take 10 GB
    + bytes(1000)
)


@dataclass(frozen=True)
class OddPicture:
    data: bytes
    ending: str
    expected: np.ndarray | None
    """`[H,W,3]` uint8 as it is seen on white paper; None where there is nothing to be seen."""
    exact: int = 1
    """Levels by which a decoder may differ from it."""
    reason: str = ""
    """A pattern of why it is refused, where it is."""


@cache
def scene() -> np.ndarray:
    """`[64,96,3]` uint8: smooth, with every level somewhere, and no symmetry."""
    height, width = SIZE[1], SIZE[0]
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return (np.dstack([across, down, (across + 2 * down) / 3]) * 255).round().astype(np.uint8)


def saved(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def by_opencv(ending: str, values: np.ndarray) -> bytes:
    """A file of values of any depth; red comes first, as everywhere else."""
    order = values if values.ndim == 2 else values[..., [2, 1, 0, *range(3, values.shape[2])]]
    done, data = cv2.imencode(ending, order)
    assert done
    return data.tobytes()


def profile(space: bytes) -> bytes:
    """Enough of a colour profile to be told from others; `space` such as b"GRAY"."""
    return struct.pack(">I", 600) + bytes(12) + space + b"XYZ " + bytes(576)


@cache
def good() -> dict[str, OddPicture]:
    """Name -> a picture that can be read."""
    rgb = scene()
    grey = rgb[..., 0]
    grey_rgb = np.dstack([grey] * 3)
    image, grey_image = Image.fromarray(rgb), Image.fromarray(grey)
    deep, deep_grey = rgb.astype(np.uint16) * 257, grey.astype(np.uint16) * 257
    alpha = np.where(np.arange(SIZE[0]) < 40, 0, np.linspace(0, 255, SIZE[0])).round().astype(np.uint8)
    alpha = np.broadcast_to(alpha, grey.shape)
    share = alpha[..., None] / 255
    on_white = (rgb * share + 255 * (1 - share)).round().astype(np.uint8)
    grey_on_white = (grey_rgb * share + 255 * (1 - share)).round().astype(np.uint8)
    rgba = Image.fromarray(np.dstack([rgb, alpha]))
    grey_alpha = Image.merge("LA", (grey_image, Image.fromarray(alpha)))
    palette = image.quantize(64)
    see_through = Image.fromarray(np.where(alpha == 0, 0, 1).astype(np.uint8), "P")
    see_through.putpalette([0, 0, 0, 200, 30, 60])
    seen = np.where((alpha == 0)[..., None], np.uint8(255), np.array([200, 30, 60], np.uint8))
    cmyk = image.convert("CMYK")
    jpeg = saved(image, "JPEG", quality=95)
    frames = [image, Image.fromarray(rgb[::-1].copy())]
    muted = rgb // 2 + 64  # CIELAB in 8 bits is coarse where colours are strong
    lab = ImageCms.profileToProfile(
        Image.fromarray(muted), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    made = {
        "jpeg": (jpeg, ".jpg", _pillow(jpeg)),
        "jfif": (jpeg, ".jfif", _pillow(jpeg)),
        "jpe": (jpeg, ".JPE", _pillow(jpeg)),
        "jpeg grey": (saved(grey_image, "JPEG", quality=100), ".jpeg", grey_rgb),
        "jpeg cmyk": (saved(cmyk, "JPEG", quality=95), ".jpg", _pillow(saved(cmyk, "JPEG", quality=95))),
        "jpeg bad exif": (_bad_exif(jpeg), ".jpg", _pillow(jpeg)),
        "jpeg turned": (_turned(image, 6), ".jpg", np.rot90(_pillow(_turned(image, 1)), -1)),
        "jpeg mirrored": (_turned(image, 2), ".jpg", _pillow(_turned(image, 1))[:, ::-1]),
        "png": (saved(image, "PNG"), ".png", rgb),
        "png with a profile": (saved(image, "PNG", icc_profile=profile(b"RGB ")), ".png", rgb),
        "png 1 bit": (saved(image.convert("1"), "PNG"), ".png", _pillow(saved(image.convert("1"), "PNG"))),
        "png grey": (saved(grey_image, "PNG"), ".png", grey_rgb),
        "png grey 16": (by_opencv(".png", deep_grey), ".png", grey_rgb),
        "png 16": (by_opencv(".png", deep), ".png", rgb),
        "png alpha": (saved(rgba, "PNG"), ".png", on_white),
        "png alpha 16": (by_opencv(".png", np.dstack([deep, alpha.astype(np.uint16) * 257])), ".png", on_white),
        "png grey alpha": (saved(grey_alpha, "PNG"), ".png", grey_on_white),
        "png palette": (saved(palette, "PNG"), ".png", np.asarray(palette.convert("RGB"))),
        "png palette alpha": (saved(see_through, "PNG", transparency=0), ".png", seen),
        "tiff": (saved(image, "TIFF"), ".tif", rgb),
        "tiff lzw": (saved(image, "TIFF", compression="tiff_lzw"), ".tiff", rgb),
        "tiff grey 16": (saved(Image.fromarray(deep_grey), "TIFF"), ".TIF", grey_rgb),
        "tiff 16": (by_opencv(".tiff", deep), ".tif", rgb),
        "tiff cmyk": (saved(cmyk, "TIFF"), ".tif", np.asarray(cmyk.convert("RGB"))),
        "tiff lab": (saved(lab, "TIFF"), ".tif", muted, 12),
        "tiff grey 32": (by_opencv(".tiff", grey.astype(np.int32) << 23), ".tif", grey_rgb // 2),
        "tiff grey float": (by_opencv(".tiff", grey.astype(np.float32) / 255), ".tif", grey_rgb),
        "tiff float": (by_opencv(".tiff", rgb.astype(np.float32) / 255), ".tif", rgb),
        "tiff float 255": (by_opencv(".tiff", rgb.astype(np.float32)), ".tif", rgb),
        "webp": (saved(image, "WEBP", lossless=True), ".webp", rgb),
        "webp alpha": (saved(rgba, "WEBP", lossless=True, exact=True), ".webp", on_white),
        "avif": (saved(image, "AVIF", quality=90), ".avif", _pillow(saved(image, "AVIF", quality=90))),
        "jp2": (saved(image, "JPEG2000"), ".jp2", rgb),
        "gif": (saved(palette, "GIF"), ".gif", np.asarray(palette.convert("RGB"))),
        "gif moving": (saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), ".gif", None),
        "gif alpha": (saved(see_through, "GIF", transparency=0), ".gif", seen),
        "bmp": (saved(image, "BMP"), ".bmp", rgb),
        "ppm": (saved(image, "PPM"), ".ppm", rgb),
        "pgm 16": (by_opencv(".pgm", deep_grey), ".pgm", grey_rgb),
        "tga": (saved(image, "TGA"), ".tga", rgb),
        "dds": (saved(image, "DDS"), ".dds", rgb),
        "pfm": (by_opencv(".pfm", rgb.astype(np.float32) / 255), ".hdr", rgb),
        "pam": (by_opencv(".pam", rgb), ".ppm", rgb),
        "hdr": (by_opencv(".hdr", rgb.astype(np.float32) / 255), ".hdr", rgb, 2),
    }  # fmt: skip
    moving = made["gif moving"]
    made["gif moving"] = (moving[0], moving[1], _pillow(moving[0]))
    return {name: OddPicture(*parts) for name, parts in made.items()}


@cache
def bad() -> dict[str, OddPicture]:
    """Name -> a file that is called a picture and cannot be read."""
    image = Image.fromarray(scene())
    cut = {
        kind: saved(image, kind, **options)
        for kind, options in {
            "JPEG": {}, "PNG": {}, "WEBP": {"lossless": True}, "TIFF": {"compression": "tiff_lzw"}, "AVIF": {},
            "DDS": {}, "BMP": {}, "GIF": {}, "JPEG2000": {}, "TGA": {},
        }.items()
    }  # fmt: skip
    made = {
        f"{kind} cut off": (data[: len(data) * 2 // 3], ENDINGS.get(kind, f".{kind.lower()}"))
        for kind, data in cut.items()
    }
    made |= {
        f"{kind} of nothing but its head": (data[:40], ENDINGS.get(kind, f".{kind.lower()}"))
        for kind, data in cut.items()
    }
    made["PNG with a hole"] = (cut["PNG"][:200] + bytes(60) + cut["PNG"][260:], ".png")
    made["PSD of nothing but its head"] = (b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 96, 8, 3), ".psd")
    made["empty"] = (b"", ".jpg")
    made["text"] = ("사진이 아닙니다".encode(), ".jpg")
    made["bomb"] = (BOMB, ".ppm")
    found = {
        name: OddPicture(data, ending, None, reason="the picture is broken") for name, (data, ending) in made.items()
    }
    found["heic"] = OddPicture(HEIC, ".heic", None, reason="the picture is HEIC, which is not read")
    found["web page"] = OddPicture(b"<!DOCTYPE html><p>404", ".jpg", None, reason="the picture is a web page")
    return found


def _pillow(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _turned(image: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, "JPEG", quality=95, exif=exif)


def _bad_exif(jpeg: bytes) -> bytes:
    """The same picture with an EXIF of which one entry is a fraction that lies behind its end."""
    entry = struct.pack("<HHII", 0x011A, 5, 1, 0x7FFFFFF0)
    body = b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]
