"""What stands in a picture, in small: where it is busy, what draws the eye, how light and dark it gets."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .contrast import LEAST, limit
from .people import Box, Faces, body, faces

LONGEST = 288
"""px of the maps' longer side."""
STROKES = (0.008, 0.03)
"""Of the shorter side: the widths of a letter's stroke and of a letter, at whose scale a ground disturbs."""
BUSY = 0.11
"""Deviation of lightness and colour, 0..1, at which a ground is as busy as it gets."""
SURROUND = (0.04, 0.1, 0.25)
"""Of the longer side: how large what draws the eye may be."""
EDGE = 0.04
"""Of each side: the frame whose colours are taken for the ground on which figures stand."""
WHITE, BLACK = 0.92, 0.01
"""Luminance of light and of dark letters and veils, about."""
GAMMA = 1 / 2.2
BODY, ALIKE = 0.75, 0.9
"""How much a body below a face, and what may be a face, is to be spared; what draws the eye most is 1."""


@dataclass(frozen=True)
class Ground:
    """A picture, and the maps of it."""

    picture: np.ndarray
    """`[H,W,3]` uint8."""
    people: Faces

    @cached_property
    def scale(self) -> float:
        """px of the maps per px of the picture."""
        return min(1.0, LONGEST / max(self.picture.shape[:2]))

    @cached_property
    def _small(self) -> np.ndarray:
        """`[h,w,3]` uint8."""
        import cv2

        height, width = self.picture.shape[:2]
        size = max(1, round(width * self.scale)), max(1, round(height * self.scale))
        return cv2.resize(self.picture, size, interpolation=cv2.INTER_AREA)

    @cached_property
    def _lab(self) -> np.ndarray:
        """`[h,w,3]` float32: lightness and the two colour axes, all in parts of 100."""
        import cv2

        return cv2.cvtColor(self._small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) / 100

    @cached_property
    def busy(self) -> np.ndarray:
        """`[h,w]` 0..1: how much lightness and colour vary at the scale of letters and of their strokes."""
        shorter = min(self._lab.shape[:2])
        energy = np.zeros(self._lab.shape[:2], np.float32)
        for share in STROKES:
            spread = max(1.0, share * shorter)
            rest = self._lab - _blurred(self._lab, spread)
            variance = _blurred(rest[..., 0] ** 2 + 0.25 * (rest[..., 1] ** 2 + rest[..., 2] ** 2), 2 * spread)
            energy = np.maximum(energy, np.sqrt(variance))
        return np.clip(energy / BUSY, 0, 1)

    @cached_property
    def figures(self) -> np.ndarray:
        """`[h,w]` 0..1: what differs from its surroundings and from the picture's frame, and bodies below faces.

        After Achanta et al., "Frequency-tuned Salient Region Detection" (2009), and the frame as ground after Wei et
        al., "Geodesic Saliency Using Background Priors" (2012).
        """
        lab = self._lab
        longest = max(lab.shape[:2])
        near = _blurred(lab, max(0.8, 0.008 * longest))
        seen = sum(
            (np.linalg.norm(near - _blurred(lab, share * longest), axis=-1) for share in SURROUND),
            np.zeros(lab.shape[:2], np.float32),
        )
        seen = _stretched(seen) + _stretched(_from_frame(near))
        found = _blurred(_stretched(seen), max(1.0, 0.012 * longest))
        for figure, weight in [(body(face), BODY) for face in self.people.certain] + [
            (face, ALIKE) for face in self.people.alike
        ]:
            place = self._place(figure)
            found[place] = np.maximum(found[place], weight)
        return np.clip(found, 0, 1)

    @cached_property
    def dark_veil(self) -> np.ndarray:
        """`[h,w]` 0..1: the opacity of a dark veil that light letters need over the lightest px there."""
        return self._veil(is_light=True)

    @cached_property
    def light_veil(self) -> np.ndarray:
        """`[h,w]` 0..1: the opacity of a light veil that dark letters need over the darkest px there."""
        return self._veil(is_light=False)

    def _veil(self, is_light: bool) -> np.ndarray:
        import cv2

        ink, veil = (WHITE, BLACK) if is_light else (BLACK, WHITE)
        height, width = self._small.shape[:2]
        spread = max(1, round(1 / self.scale))
        grey = cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY)
        # A single sparkling px is softened where it lies and decides nothing here.
        end = (cv2.dilate if is_light else cv2.erode)(cv2.medianBlur(grey, 3), np.ones((spread, spread), np.uint8))
        values = cv2.resize(end, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.float32) / 255
        aim, towards = (level**GAMMA for level in (limit(ink, LEAST, is_light), veil))
        # values + (towards - values) * opacity = aim
        passing = values > aim if is_light else values < aim
        return np.where(passing, (aim - values) / (towards - values), 0.0).astype(np.float32)

    def _place(self, box: Box) -> tuple[slice, slice]:
        """Of a box of the picture in the maps."""
        height, width = self._small.shape[:2]
        top, bottom = (min(max(round(edge * self.scale), 0), height) for edge in (box.top, box.bottom))
        left, right = (min(max(round(edge * self.scale), 0), width) for edge in (box.left, box.right))
        return slice(top, bottom), slice(left, right)

    def mean(self, name: str, box: Box) -> float:
        """Of the map `name` over a box of the picture; at least one px."""
        if name not in self._sums:
            self._sums[name] = np.pad(getattr(self, name), ((1, 0), (1, 0))).cumsum(0, np.float64).cumsum(1)
        sums = self._sums[name]
        rows, columns = self._place(box)
        top, left = min(rows.start, sums.shape[0] - 2), min(columns.start, sums.shape[1] - 2)
        bottom, right = max(rows.stop, top + 1), max(columns.stop, left + 1)
        total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return float(total) / ((bottom - top) * (right - left))

    @cached_property
    def _sums(self) -> dict[str, np.ndarray]:
        """Map -> the sums of all that is above and left of each px."""
        return {}

    def covered(self, box: Box) -> float:
        """px of faces that a box of the picture covers."""
        return sum(box.common(face) for face in self.people.certain)


def ground_of(picture: np.ndarray) -> Ground:
    """A picture `[H,W,3]` uint8 with its faces looked for."""
    return Ground(picture, faces(picture))


def _blurred(values: np.ndarray, spread: float) -> np.ndarray:
    import cv2

    return cv2.GaussianBlur(values, (0, 0), float(spread), borderType=cv2.BORDER_REPLICATE)


def _stretched(values: np.ndarray) -> np.ndarray:
    """To 0..1 by what all but a few px have; 0 where there is nothing to tell apart."""
    low, high = np.percentile(values, (20, 98))
    return np.clip((values - low) / max(float(high - low), 0.05), 0, 1)


def _from_frame(lab: np.ndarray) -> np.ndarray:
    """How far each px is from the colours of the picture's frame, by the nearest of its sides."""
    height, width = lab.shape[:2]
    down, across = max(1, round(EDGE * height)), max(1, round(EDGE * width))
    sides = (lab[:down], lab[-down:], lab[:, :across], lab[:, -across:])
    means = [np.median(side.reshape(-1, 3), axis=0) for side in sides]
    return np.min([np.linalg.norm(lab - mean, axis=-1) for mean in means], axis=0)
