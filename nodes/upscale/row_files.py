"""Picture files that are written while their rows are made; a whole picture never lies in memory.

PNG: W3C, Portable Network Graphics (third edition). TIFF: strips, through tifffile.
"""

import importlib.util
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

import numpy as np

ENDINGS = {"png": ".png", "tiff": ".tif"}
METRE_PER_INCH = 0.0254
TIFF_LIBRARY = "tifffile"
TIFF_LARGEST = 2**32 - 2**26
"""Bytes of pixels from which a TIFF's 32-bit offsets may not be enough."""
COLOUR_TYPES = {3: 2, 4: 6}
COMPRESSION = 6


@dataclass(frozen=True)
class Form:
    """What a file is told before its first row."""

    width: int
    height: int
    channels: int
    """3, or 4 with straight alpha."""
    bits: int
    """8 or 16 per value."""
    dpi: float
    icc_profile: bytes
    texts: dict[str, str] = field(default_factory=dict[str, str])
    """Text chunks, written to PNG only."""

    @property
    def kind(self) -> type[np.unsignedinteger]:
        """What a value is kept as."""
        return np.uint8 if self.bits == 8 else np.uint16


def missing_library(file_format: str) -> str | None:
    """What to do before this format can be written, or None."""
    if file_format == "tiff" and importlib.util.find_spec(TIFF_LIBRARY) is None:
        return f"TIFF by rows needs {TIFF_LIBRARY}: run `pip install {TIFF_LIBRARY}` with ComfyUI's own Python."
    return None


def write(file: IO[bytes], file_format: str, form: Form, blocks: Iterable[np.ndarray]) -> None:
    """Write a picture whose rows come in blocks.

    Args:
        file: open for writing, at its start.
        file_format: one of `ENDINGS`.
        blocks: `[n,W,C]` of `form.kind`, from the top; every block but the last has as many rows as the first.
    """
    (_png if file_format == "png" else _tiff)(file, form, blocks)


def _png(file: IO[bytes], form: Form, blocks: Iterable[np.ndarray]) -> None:
    file.write(b"\x89PNG\r\n\x1a\n")
    _chunk(
        file, b"IHDR", struct.pack(">IIBBBBB", form.width, form.height, form.bits, COLOUR_TYPES[form.channels], 0, 0, 0)
    )
    _chunk(file, b"iCCP", b"icc\0\0" + zlib.compress(form.icc_profile))
    per_metre = round(form.dpi / METRE_PER_INCH)
    _chunk(file, b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    for key, text in form.texts.items():
        name = key.encode("latin-1")
        if text.isascii():  # the editor reads workflows from these alone
            _chunk(file, b"tEXt", name + b"\0" + text.encode())
        else:
            _chunk(file, b"iTXt", name + b"\0\0\0\0\0" + text.encode())
    squeeze = zlib.compressobj(COMPRESSION)
    above = np.zeros((1, form.width * form.channels * form.bits // 8), np.uint8)
    for block in blocks:
        lines = block.astype(block.dtype.newbyteorder(">"), copy=False).reshape(len(block), -1).view(np.uint8)
        data = squeeze.compress(_filtered(np.concatenate((above, lines)), form.channels * form.bits // 8))
        above = lines[-1:]
        if data:
            _chunk(file, b"IDAT", data)
    _chunk(file, b"IDAT", squeeze.flush())
    _chunk(file, b"IEND", b"")


def _filtered(lines: np.ndarray, pixel: int) -> bytes:
    """The rows after the first one, each as its filter's number and the differences: Up or Paeth, whichever is smaller.

    Args:
        lines: `[1+n,bytes]` uint8, beginning with the row above.
        pixel: bytes of one.
    """
    row, above = lines[1:], lines[:-1]
    left, corner = np.zeros_like(row), np.zeros_like(row)
    left[:, pixel:], corner[:, pixel:] = row[:, :-pixel], above[:, :-pixel]
    a, b, c = (part.astype(np.int16) for part in (left, above, corner))
    to_left, to_above, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest_above = np.where(to_above <= to_corner, above, corner)
    guess = np.where((to_left <= to_above) & (to_left <= to_corner), left, nearest_above)
    choices = np.stack((row - above, row - guess))
    cost = np.abs(choices.view(np.int8).astype(np.int16)).sum(2, dtype=np.int64)
    best = cost.argmin(0)
    result = np.empty((len(row), row.shape[1] + 1), np.uint8)
    result[:, 0] = np.array([2, 4], np.uint8)[best]
    result[:, 1:] = choices[best, np.arange(len(row))]
    return result.tobytes()


def _chunk(file: IO[bytes], name: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))


def _tiff(file: IO[bytes], form: Form, blocks: Iterable[np.ndarray]) -> None:
    import tifffile

    source = iter(blocks)
    first = next(source)

    shape = (form.height, form.width, form.channels)
    large = form.height * form.width * form.channels * form.bits // 8 > TIFF_LARGEST
    with tifffile.TiffWriter(file, bigtiff=large) as writer:
        writer.write(
            (_strip(block) for block in chain((first,), source)),
            shape=shape,
            dtype=form.kind,
            photometric="rgb",
            extrasamples=["unassalpha"] if form.channels == 4 else [],
            rowsperstrip=len(first),
            compression="zlib",
            predictor=2,
            resolution=(form.dpi, form.dpi),
            resolutionunit="inch",
            iccprofile=form.icc_profile,
            metadata=None,
            software=False,
        )


def _strip(block: np.ndarray) -> bytes:
    """Compressed, each value as its difference to the pixel on the left (TIFF 6.0, section 14)."""
    difference = block.copy()
    difference[:, 1:] -= block[:, :-1]
    return zlib.compress(difference, COMPRESSION)
