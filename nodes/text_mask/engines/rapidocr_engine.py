"""PP-OCR's text detector, the file that the package rapidocr carries, through onnxruntime; nothing is downloaded.

rapidocr's own pipeline is not used: it drops every region that the recogniser cannot read, and the bundled recogniser
knows no Hangul, which loses half of the Korean text in a picture.
"""

import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...ground import UserError
from ..finding import detection, pyramid
from ..regions import Region

MAX_THREADS = 4


class RapidOCREngine:
    """Finds lines of text. One call at a time; a call that was interrupted finishes before the next begins."""

    name = "rapidocr"

    def __init__(self) -> None:
        try:
            import onnxruntime
            import rapidocr
        except ImportError as error:
            raise UserError(
                "The OCR engine rapidocr is not installed: run `python install.py` in the pack's folder with ComfyUI's "
                f"own Python ({error})."
            ) from error
        self._lock = threading.Lock()
        threads = min(MAX_THREADS, os.cpu_count() or 1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # Pictures come in many sizes, and the arena keeps the memory of each.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        models = Path(rapidocr.__file__).with_name("models")
        detector = next(models.glob("*_det_*.onnx"))
        self._detector: Any = onnxruntime.InferenceSession(detector, options, providers=["CPUExecutionProvider"])

    def steps(self, height: int, width: int) -> int:
        """How many calls `detect` makes for a picture of that size."""
        return pyramid.count(height, width) + 2

    def detect(self, picture: np.ndarray, call: pyramid.Call) -> list[Region]:
        """The lines of text in reading order; arguments as for `detection.find`."""
        return detection.find(self.probability, picture, call)

    def probability(self, window: np.ndarray) -> np.ndarray:
        """The network's map of text, `[h,w]` in 0..1, for a window `[h,w,3]` uint8 RGB."""
        blue_green_red = np.ascontiguousarray(window[None, :, :, ::-1].transpose(0, 3, 1, 2), np.float32)
        with self._lock:
            return self._detector.run(None, {self._detector.get_inputs()[0].name: blue_green_red / 127.5 - 1})[0][0, 0]


@lru_cache(maxsize=1)
def load() -> RapidOCREngine:
    """The engine, built once: its onnxruntime sessions take seconds to make and hold no GPU memory."""
    return RapidOCREngine()
