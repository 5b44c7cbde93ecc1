"""A publisher's brief becomes a prompt for a cover."""

from .brief import GENRES

__all__ = ["GENRES"]
