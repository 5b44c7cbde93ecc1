"""A picture's file as pixels."""

import io
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from . import levels
from .foreign import DamagedFile, decoding

ORIENTATION = 0x0112
"""The camera's tag in EXIF."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
OPENCV = {
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"#?RADIANCE": "HDR",
    b"#?RGBE": "HDR",
    b"PF": "PFM",
    b"P7": "PAM",
}
"""How files begin in formats of which OpenCV reads more than Pillow."""
PROGRAMS = ("EPS", "WMF")
"""Formats that are no pixels but programs, which Pillow would hand to another program to run."""
MOST_PIXELS = 200_000_000
"""As Pillow has it, unless others in this process told it otherwise."""
PAGED = ("MPO", "PSD")
"""Formats whose further pictures are previews and layers of the first."""
NOT_READ = (
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\0\0\0\x0cJXL ", "JPEG XL"),
    (0, b"%PDF", "PDF"),
    (0, b"<", "a web page or SVG"),
)
"""Where and how files begin that are often found among pictures and are none that can be read."""


class BrokenPicture(DamagedFile):
    """The file is no picture, or is cut off."""


@dataclass(frozen=True)
class Picture:
    """A decoded file."""

    pixels: np.ndarray
    """`[H,W,3]` uint8, turned as the camera says; of an animation the first frame.

    Numbers are as the file has them, in whichever colour space that is, as ComfyUI's Load Image does it. What is
    transparent is seen on white.
    """
    format: str
    """As Pillow calls it: "JPEG"."""
    is_animated: bool
    profile: bytes | None
    """The colour profile (ICC) that goes with such pixels."""


def decode(data: bytes) -> np.ndarray:
    """The pixels of `read`."""
    return read(data).pixels


def read(data: bytes) -> Picture:
    """A picture in any format and depth that Pillow reads, or OpenCV where Pillow does not.

    Raises:
        BrokenPicture: with the reason.
    """
    try:
        with decoding("the picture is broken"):
            image, is_animated = _loaded(data)
    except DamagedFile as error:
        if not isinstance(error.__cause__, UnidentifiedImageError):
            raise BrokenPicture(str(error)) from error.__cause__
        return _by_opencv(data)
    pixels = levels.rgb(image)
    profile = image.info.get("icc_profile")
    # A profile of CMYK says nothing of what was made of it here.
    is_fitting = isinstance(profile, bytes) and profile[16:20] in (b"RGB ", b"GRAY")
    return Picture(pixels, image.format or "PNG", is_animated, profile if is_fitting else None)


def _loaded(data: bytes) -> tuple[Image.Image, bool]:
    opened = Image.open(io.BytesIO(data))
    name = opened.format
    if name in PROGRAMS:
        raise UnidentifiedImageError
    if opened.width * opened.height > MOST_PIXELS:
        raise Image.DecompressionBombError(f"{opened.width} x {opened.height} px")
    is_animated = bool(getattr(opened, "is_animated", False)) and name not in PAGED
    with _whole():
        opened.load()
    image = opened
    if opened.mode == "LAB":
        from PIL import ImageCms

        image = ImageCms.profileToProfile(
            opened, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        assert image is not None
    turned = TURNS.get(_orientation(opened))
    if turned is not None:
        image = image.transpose(turned)
    image.format = name
    return image, is_animated


@contextmanager
def _whole() -> Generator[None, None, None]:
    """Pillow refuses what is cut off, whatever others in this process told it."""
    told = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = told


def _orientation(image: Image.Image) -> int:
    """1 to 8; 1 where the EXIF cannot be read: the picture itself may be whole."""
    try:
        with decoding("EXIF"):
            found = image.getexif().get(ORIENTATION, 1)
    except DamagedFile:
        return 1
    return found if isinstance(found, int) else 1


def _by_opencv(data: bytes) -> Picture:
    name = next((name for mark, name in OPENCV.items() if data.startswith(mark)), None)
    if name is None:
        for place, mark, kind in NOT_READ:
            if data[place:].startswith(mark):
                raise BrokenPicture(f"the picture is {kind}, which is not read here: expected JPEG, PNG or the like")
        raise BrokenPicture("the picture is broken (no known format)")
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise BrokenPicture(f"the picture is a kind of {name} that needs OpenCV, which is not installed") from error
    try:
        with decoding("the picture is broken"):
            found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except DamagedFile as error:
        raise BrokenPicture(str(error)) from error.__cause__
    if found is None:
        raise BrokenPicture(f"the picture is broken (a kind of {name} that is not known)")
    eight = levels.eight_bits(found)
    if eight.ndim == 2:
        pixels = np.repeat(eight[..., None], 3, 2)
    elif eight.shape[2] == 3:
        pixels = np.ascontiguousarray(eight[..., ::-1])
    else:
        pixels = levels.on_white(eight[..., 2::-1], eight[..., 3])
    return Picture(pixels, name, False, None)
