"""News: articles with their pictures, from whatever files hold them, and their headlines."""

from .record import Refused
from .report import refusals

__all__ = ["Refused", "refusals"]
