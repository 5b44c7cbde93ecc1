"""Reach an exact pixel size, with an upscale model or without."""

from .model_file import convert
from .plan import beyond

__all__ = ["beyond", "convert"]
