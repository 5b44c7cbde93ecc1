"""Which articles and pictures are fit to learn from, for the graph and for whole datasets."""

from .curation import Curation
from .standards import Standards
from .tables import lines
from .walk import Walk

__all__ = ["Curation", "Standards", "Walk", "lines"]
