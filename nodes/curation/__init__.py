"""Which articles and pictures are fit to learn from, for the graph and for whole datasets."""

from .dataset import Curation, curate, lines
from .standards import Standards

__all__ = ["Curation", "Standards", "curate", "lines"]
