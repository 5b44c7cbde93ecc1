"""A scene drawn: 64 x 64 pixels with smooth edges, at places and sizes that vary a little."""

import math
import random

import numpy as np
from PIL import Image, ImageDraw

from .scene import WORDS, Scene

SIDE = 64
FINE = 8
"""Drawn at this many times the size and reduced, for smooth edges."""
STAR = 0.45
"""Inner radius of a star's five points."""
FRAME, BAND, CORNER = 3, 8, 13
"""Widths of marks, in pixels."""
STRIPE, STRIPE_TONE = 4, 0.84
WASH_TONE = 0.62
"""How dark the ground of the style `wash` is at its foot."""


def draw(scene: Scene, seed: int) -> np.ndarray:
    """The picture of a scene: uint8 [64, 64, 3], the same for the same seed."""
    chance = random.Random(seed)
    picture = ground(scene.ground, scene.style)
    for thing in scene.things:
        middle = (WORDS["place"][thing.place]["centre"] + chance.uniform(-1, 1), SIDE / 2 + chance.uniform(-3, 3))
        cover = stencil(thing.shape, WORDS["size"][thing.size]["radius"] * chance.uniform(0.96, 1.04), middle)[
            ..., None
        ]
        picture = picture * (1 - cover) + cover * np.array(WORDS["colour"][thing.colour]["rgb"])
    if scene.mark is not None:
        mark = WORDS["mark"][scene.mark]
        if "tint" in mark:
            picture = picture * np.array(mark["tint"])
        else:
            picture[zone(mark["at"])] = mark["rgb"]
    return np.round(picture).astype(np.uint8)


def ground(name: str, style: str | None) -> np.ndarray:
    """A ground without things: float64 [64, 64, 3], 0 to 255."""
    down = np.arange(SIDE)
    tone = np.ones(SIDE)
    if style == "stripes":
        tone = np.where(down // STRIPE % 2, 1.0, STRIPE_TONE)
    elif style == "wash":
        tone = 1 - (1 - WASH_TONE) * down / (SIDE - 1)
    return np.tile(tone[:, None, None] * np.array(WORDS["ground"][name]["rgb"], float), (1, SIDE, 1))


def stencil(shape: str, radius: float, middle: tuple[float, float]) -> np.ndarray:
    """How much of each pixel a shape covers: float64 [64, 64], 0 to 1.

    Args:
        middle: across and down, in pixels from the corner.
    """
    sheet = Image.new("L", (SIDE * FINE, SIDE * FINE))
    points = (outline(shape) * radius + middle) * FINE
    ImageDraw.Draw(sheet).polygon([tuple(point) for point in points], fill=255)
    return np.asarray(sheet.resize((SIDE, SIDE), Image.Resampling.BOX), float) / 255


def outline(shape: str) -> np.ndarray:
    """A shape's corners within the square from -1 to 1, which it touches on all sides: float64 [points, 2]."""
    if shape == "square":
        return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    if shape == "triangle":
        return np.array([(-1, 1), (0, -1), (1, 1)], float)
    count = 10 if shape == "star" else 64
    radii = [STAR if shape == "star" and corner % 2 else 1 for corner in range(count)]
    turns = [2 * math.pi * corner / count for corner in range(count)]
    points = np.array([(r * math.sin(turn), -r * math.cos(turn)) for r, turn in zip(radii, turns, strict=True)])
    low, high = points.min(0), points.max(0)
    return (points - (low + high) / 2) / ((high - low) / 2)


def zone(name: str) -> np.ndarray:
    """Where a mark lies, a `frame`, `band` or `corner`: bool [64, 64]."""
    down, right = np.mgrid[:SIDE, :SIDE]
    from_top, from_left = np.minimum(down, SIDE - 1 - down), np.minimum(right, SIDE - 1 - right)
    if name == "frame":
        return np.minimum(from_top, from_left) < FRAME
    return down >= SIDE - BAND if name == "band" else from_top + from_left < CORNER
