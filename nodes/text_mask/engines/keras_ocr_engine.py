"""keras-ocr 0.9.3 itself. Its TensorFlow and its old NumPy cannot live in ComfyUI's environment, so it runs as a worker
process in an environment of its own, which `dancheong engines install keras-ocr` makes.
"""

import os
from pathlib import Path

import numpy as np

from ...ground import UserError
from ...ground.worker import Worker
from ..finding.lines import upright_first
from ..finding.pyramid import Call
from ..regions import Region
from . import keras_ocr_environment

INSTALL = "run `dancheong engines install keras-ocr`"
SECONDS_TO_START = 300
"""TensorFlow's import alone takes half a minute of a slow machine."""


class KerasOCREngine:
    """Words with their text; keras-ocr reads digits and a to z, and finds other scripts without reading them."""

    name = "keras-ocr"

    def __init__(self, detector: Path, recogniser: Path) -> None:
        if not keras_ocr_environment.is_installed():
            raise UserError(f"The engine keras-ocr is not installed: {INSTALL}, or choose another engine.")
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
        variables |= {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "MEMORY_GROWTH": "1"}
        if not os.environ.get("DANCHEONG_KERAS_OCR_GPU"):
            variables["CUDA_VISIBLE_DEVICES"] = "-1"
        script = Path(__file__).with_name("keras_ocr_worker.py")
        command = [str(keras_ocr_environment.interpreter()), str(script), str(detector), str(recogniser)]
        self.worker = Worker("keras-ocr", command, variables, SECONDS_TO_START)

    def steps(self, height: int, width: int) -> int:
        """How many calls `detect` makes for a picture of that size."""
        return 1

    def detect(self, picture: np.ndarray, call: Call) -> list[Region]:
        """The words of a picture `[H,W,3]` uint8 RGB, as keras-ocr's default pipeline gives them, score 1.

        An exception out of `call`, such as an interrupt, ends the worker, as it would go on calculating.
        """
        height, width = picture.shape[:2]
        head = {"height": height, "width": width}
        try:
            answer = call(self.worker.ask, head, picture.tobytes())
        except BaseException:
            self.worker.stop()
            raise
        limit = np.array([width, height], np.float32)
        return [
            Region(np.clip(upright_first(np.array(corners, np.float32)), 0, limit), 1.0, text)
            for text, corners in answer["words"]
        ]


_running: dict[tuple[Path, Path, str], KerasOCREngine] = {}


def load(detector: Path, recogniser: Path, stamp: str) -> KerasOCREngine:
    """One worker for all nodes; other weights, or another stamp of the same, end it and start another."""
    key = (detector, recogniser, stamp)
    if key not in _running:
        stop()
        _running[key] = KerasOCREngine(detector, recogniser)
    return _running[key]


def stop() -> None:
    """End the worker, where there is one."""
    for engine in _running.values():
        engine.worker.stop()
    _running.clear()
