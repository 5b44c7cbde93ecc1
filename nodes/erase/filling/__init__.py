"""Filling that needs no model: exemplar-based in torch, on any device."""

from .fill import fill
from .search import Tick

__all__ = ["Tick", "fill"]
