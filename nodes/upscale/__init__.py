"""Reach an exact pixel size, with an upscale model or without."""

from .plan import beyond

__all__ = ["beyond"]
