"""Drawn gradients, with and without grain, each anew for every generator."""

import math

import cv2
import numpy as np

from .textures import Size, as_bytes, noise, some_colours


def ramp(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour into another."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]] / max(size)
    turn = rng.uniform(0, 2 * math.pi)
    along = columns * math.cos(turn) + rows * math.sin(turn)
    along = ((along - along.min()) / np.ptp(along))[..., None]
    first, second = some_colours(rng, 2)
    return as_bytes((1 - along) * first + along * second)


def grainy_ramp(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour into another, with the grain of a film."""
    return as_bytes(ramp(rng, size) + rng.uniform(3, 7) * noise(rng, size, 1)[..., None])


def coarse_grain(rng: np.random.Generator, size: Size) -> np.ndarray:
    """One colour into another, with coloured grain of two px."""
    grain = np.stack([noise(rng, size, 1.8) for _ in range(3)], -1)
    return as_bytes(ramp(rng, size) + rng.uniform(3, 6) * grain)


def glow(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A light in the dark."""
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    away = np.hypot(rows - rng.uniform(0, size[0]), columns - rng.uniform(0, size[1])) / max(size)
    first, second = some_colours(rng, 2)
    share = np.exp(-4 * away**2)[..., None]
    return as_bytes(share * first + (1 - share) * 0.4 * second)


def grainy_glow(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A light in the dark, with grain."""
    return as_bytes(glow(rng, size) + rng.uniform(2, 5) * noise(rng, size, 1.3)[..., None])


def sky(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Blue that pales, with soft clouds."""
    high = np.linspace(0, 1, size[0])[:, None, None]
    cloud = (0.5 + 0.35 * noise(rng, size, 90, 160) + 0.1 * noise(rng, size, 40, 70)).clip(0, 1)[..., None]
    ground = (1 - high) * (70, 120, 190) + high * (190, 215, 235)
    return as_bytes(ground + 0.5 * cloud * (245 - ground) + 1.2 * noise(rng, size, 1)[..., None])


def mesh(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Several colours that flow into each other."""
    small = rng.uniform(30, 230, (4, 5, 3)).astype(np.float32)
    return as_bytes(cv2.resize(small, size[::-1], interpolation=cv2.INTER_CUBIC))


def horizon(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Two soft grounds that meet in a line."""
    edge = size[0] * rng.uniform(0.35, 0.65) + rng.uniform(-0.1, 0.1) * np.arange(size[1])
    below = np.arange(size[0])[:, None] > edge
    return np.where(below[..., None], ramp(rng, size), ramp(rng, size))


def paper(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Fibres and a fall of light."""
    fibre = 2.2 * noise(rng, size, 1) + 2.0 * noise(rng, size, 3) + 1.0 * noise(rng, size, 9)
    return as_bytes(ramp(rng, size) * 0.15 + np.array((205, 198, 182)) + fibre[..., None])


def steps(rng: np.random.Generator, size: Size) -> np.ndarray:
    """A gradient as JPEG keeps it."""
    good, packed = cv2.imencode(".jpg", mesh(rng, size), [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert good
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)


GRADIENTS = (ramp, grainy_ramp, coarse_grain, glow, grainy_glow, sky, mesh, horizon, paper, steps)
