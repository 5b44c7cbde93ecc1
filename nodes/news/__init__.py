"""News: articles with their pictures, from whatever files hold them, and their headlines."""

from .dataset import count, left, records
from .picture import BrokenPicture, Picture, decode
from .picture import read as read_picture
from .record import Record, RefusedRow
from .report import kind, refusals

__all__ = [
    "BrokenPicture",
    "Picture",
    "Record",
    "RefusedRow",
    "count",
    "decode",
    "kind",
    "left",
    "read_picture",
    "records",
    "refusals",
]
