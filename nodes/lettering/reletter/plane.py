"""The plane on which a line of letters stands upright, and how it lies in the picture."""

import math
from dataclasses import dataclass

import numpy as np

STRAIGHT = 0.05
"""Degrees: a line that turns less is straight."""


@dataclass(frozen=True)
class Plane:
    """Where a line lies. On the plane x runs to the right of upright letters and y down, in px of the picture, from the
    middle of the line: half way between its ends, and between the foot and the head of its letters."""

    x: float
    y: float
    """px of the picture: the middle."""
    length: float
    """px that the measured line is long: `bend` and `taper` are of that length."""
    angle: float = 0.0
    """Degrees, clockwise."""
    slant: float = 0.0
    """Degrees by which letters lean to the right."""
    bend: float = 0.0
    """Degrees that the line turns from its start to its end; more than 0 rises in the middle."""
    taper: float = 0.0
    """Percent that letters are higher at its end than at its start."""
    is_column: bool = False
    """Letters stand one below the other."""

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """`[...,2]` of the plane as px of the picture."""
        x, y = points[..., 0], points[..., 1]
        along, across = (y, -x) if self.is_column else (x - y * self._lean, y)
        if self._radius:
            turn = along / self._radius
            along, across = (
                (self._radius - across) * np.sin(turn),
                self._radius - (self._radius - across) * np.cos(turn),
            )
        far = 1 - self._fall * along
        along, across = along / far, across / far
        cosine, sine = self._turn
        return np.stack([self.x + cosine * along - sine * across, self.y + sine * along + cosine * across], axis=-1)

    def from_picture(self, points: np.ndarray) -> np.ndarray:
        """`[...,2]` px of the picture as a place on the plane."""
        x, y = points[..., 0] - self.x, points[..., 1] - self.y
        cosine, sine = self._turn
        along, across = cosine * x + sine * y, cosine * y - sine * x
        far = 1 + self._fall * along
        along, across = along / far, across / far
        if self._radius:
            side = math.copysign(1.0, self._radius)
            turn = np.arctan2(side * along, side * (self._radius - across))
            across = self._radius - side * np.hypot(along, self._radius - across)
            along = turn * self._radius
        placed = (-across, along) if self.is_column else (along + across * self._lean, across)
        return np.stack(placed, axis=-1)

    @property
    def _turn(self) -> tuple[float, float]:
        angle = math.radians(self.angle + (90 if self.is_column else 0))
        return math.cos(angle), math.sin(angle)

    @property
    def _lean(self) -> float:
        return math.tan(math.radians(self.slant))

    @property
    def _radius(self) -> float:
        """px to the middle of the arc below the line; 0 where it is straight."""
        return self.length / math.radians(self.bend) if abs(self.bend) > STRAIGHT else 0.0

    @property
    def _fall(self) -> float:
        """By how much what lies 1 px farther along is larger, as of a tilted plane."""
        ratio = 1 + self.taper / 100
        return 2 * (ratio - 1) / ((ratio + 1) * self.length)
