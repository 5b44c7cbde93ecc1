"""News: articles with their pictures, from whatever files hold them, and their headlines."""

from .dataset import count, left, piece_count, piece_records, pieces, records
from .names import composed
from .picture import BrokenPicture, Picture, decode
from .picture import read as read_picture
from .record import Record, RefusedRow
from .report import kind, refusals

__all__ = [
    "BrokenPicture",
    "Picture",
    "Record",
    "RefusedRow",
    "composed",
    "count",
    "decode",
    "kind",
    "left",
    "piece_count",
    "piece_records",
    "pieces",
    "read_picture",
    "records",
    "refusals",
]
