"""Reach an exact pixel size, with an upscale model or without."""
