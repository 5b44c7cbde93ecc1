"""News articles with their pictures, collected from a portal whose pages a data file describes."""

from .collecting import Collecting
from .collection import Collection
from .portal import read as read_portal
from .tables import summary

__all__ = ["Collecting", "Collection", "read_portal", "summary"]
