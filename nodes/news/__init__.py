"""News: articles with their pictures, from whatever files hold them, and their headlines."""

from .dataset import count, records
from .picture import BrokenPicture, decode
from .record import Record, RefusedRow
from .report import kind, refusals

__all__ = ["BrokenPicture", "Record", "RefusedRow", "count", "decode", "kind", "records", "refusals"]
