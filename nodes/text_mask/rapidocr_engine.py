"""PP-OCR through rapidocr and onnxruntime, with the models that the package carries; nothing is downloaded.

Detection alone makes the mask: the bundled recogniser knows no Hangul and returns "" for it, and rapidocr's own
pipeline drops such regions, which loses half of the Korean text in a picture.
"""

import os
import threading
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from .regions import Region

MAX_SIDE = 3000
MAX_ASPECT = 8.0
MAX_THREADS = 4
LEAST_CONTRAST = 6
"""Of 255, in any channel: less cannot be read by anybody."""


class RapidOCREngine:
    """Finds and reads text. One call at a time; a call that was interrupted finishes before the next begins."""

    name = "rapidocr"
    reads_hangul = False

    def __init__(self) -> None:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise RuntimeError(
                "The OCR engine rapidocr is not installed: run `python install.py` in the pack's folder with ComfyUI's "
                f"own Python ({error})."
            ) from error
        self._lock = threading.Lock()
        self._ocr: Any = RapidOCR(
            params={
                "Global.log_level": "error",
                # Both are done below: the library's own resizing does not bound tall pictures or keep the scale exact.
                "Global.use_preprocess_img": False,
                "Global.use_vertical_padding": False,
                "EngineConfig.onnxruntime.intra_op_num_threads": min(MAX_THREADS, os.cpu_count() or 1),
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def detect(self, picture: np.ndarray) -> list[Region]:
        """Text regions in reading order; none where there is no text.

        Args:
            picture: `[H,W,3]` uint8 RGB, any size; beyond 3000 px it is looked at in reduced size.
        """
        canvas, scale = _canvas(picture)
        with self._lock:
            found = self._ocr(canvas, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return []
        limit = np.array(picture.shape[1::-1], np.float32)
        regions = [
            Region(np.clip(np.asarray(box, np.float32) / scale, 0, limit), float(score))
            for box, score in zip(found.boxes, found.scores, strict=True)
        ]
        return [region for region in regions if _has_contrast(picture, region.polygon)]

    def read(self, picture: np.ndarray, regions: list[Region]) -> list[Region]:
        """The same regions with their text; a region that cannot be read keeps its place with the text ""."""
        read = []
        for region in regions:
            crop = np.ascontiguousarray(_straighten(picture, region.polygon)[:, :, ::-1])
            with self._lock:
                result = self._ocr(crop, use_det=False, use_cls=False, use_rec=True)
            read.append(replace(region, text=result.txts[0].strip() if result.txts else ""))
        return read


@lru_cache(maxsize=1)
def load() -> RapidOCREngine:
    """The engine, built once: its onnxruntime sessions take seconds to make and hold no GPU memory."""
    return RapidOCREngine()


def _canvas(picture: np.ndarray) -> tuple[np.ndarray, float]:
    """BGR for the detector, bounded in size, and padded where a strip would be blown up to the detector's 736 px."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, MAX_SIDE / max(height, width))
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    shortest = int(np.ceil(max(height, width, 32) / MAX_ASPECT))
    picture = cv2.copyMakeBorder(
        picture, 0, max(0, shortest - height), 0, max(0, shortest - width), cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(picture[:, :, ::-1]), scale


def _has_contrast(picture: np.ndarray, polygon: np.ndarray) -> bool:
    """Whether anything can be written there: the detector sees text in some plain colours."""
    (left, top), (right, bottom) = np.floor(polygon.min(axis=0)).astype(int), np.ceil(polygon.max(axis=0)).astype(int)
    inside = picture[top:bottom, left:right].reshape(-1, 3)
    return bool(len(inside)) and int(np.ptp(inside, axis=0).max()) >= LEAST_CONTRAST


def _straighten(picture: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """The region turned upright, `[h,w,3]`; tall regions are laid on their side, as the recogniser wants lines."""
    import cv2

    width = max(1, round(float(np.linalg.norm(polygon[0] - polygon[1]))))
    height = max(1, round(float(np.linalg.norm(polygon[1] - polygon[2]))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    transform = cv2.getPerspectiveTransform(polygon.astype(np.float32), corners)
    line = cv2.warpPerspective(picture, transform, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.rot90(line) if height >= 1.5 * width else line
