"""What finds text, ours and others', for `text_mask.py`."""

import os
import shutil
import subprocess
from collections.abc import Callable

import numpy as np

from ..nodes.text_mask.engines import keras_ocr_environment

NAMES = {"ours": "ours", "rapidocr": "rapidocr alone", "tesseract": "detextify's tesseract (eng, psm 3)"}


def missing() -> set[str]:
    """Engines that this machine lacks and that are not measured for it."""
    found = {"tesseract": shutil.which("tesseract") is not None, "keras-ocr": keras_ocr_environment.is_installed()}
    return {name for name, is_here in found.items() if not is_here}


def finder(engine: str) -> Callable[[np.ndarray], list[np.ndarray]]:
    """Picture `[H,W,3]` RGB to polygons `[N,4,2]`; one thread."""
    import cv2

    cv2.setNumThreads(1)
    if engine == "ours":
        from ..nodes.text_mask.engines import rapidocr_engine
        from ..nodes.text_mask.finding import detection

        rapidocr_engine.MAX_THREADS = 1
        ours = rapidocr_engine.load()
        return lambda picture: [region.polygon for region in ours.detect(picture, detection.directly)]
    if engine == "rapidocr":
        from rapidocr import RapidOCR

        library = RapidOCR(
            params={"Global.log_level": "critical", "Global.max_side_len": 4000,
                    "EngineConfig.onnxruntime.intra_op_num_threads": 1}
        )  # fmt: skip

        def detect(picture: np.ndarray) -> list[np.ndarray]:
            boxes = library(picture[..., ::-1], use_det=True, use_cls=False, use_rec=False).boxes
            return [] if boxes is None else list(np.asarray(boxes, np.float32))

        return detect
    import pytesseract

    def read(picture: np.ndarray) -> list[np.ndarray]:
        table = pytesseract.image_to_data(picture, lang="eng", config="--psm 3", output_type=pytesseract.Output.DICT)
        return [
            np.float32([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
            for word, left, top, width, height in zip(
                table["text"], table["left"], table["top"], table["width"], table["height"], strict=True
            )
            if word.strip()
        ]

    return read


def keras_ocr() -> dict:
    """keras-ocr's default pipeline on three pictures with random weights, in its own environment."""
    code = (
        "import resource, sys, time, numpy as np, keras_ocr\n"
        "from keras_ocr.recognition import PRETRAINED_WEIGHTS as known\n"
        "known = known['kurapan']\n"
        "detector = keras_ocr.detection.Detector(weights=None)\n"
        "reader = keras_ocr.recognition.Recognizer(alphabet=known['alphabet'], weights=None, "
        "build_params=known['build_params'])\n"
        "pipeline = keras_ocr.pipeline.Pipeline(detector, reader)\n"
        "pipeline.recognize([np.zeros((64, 64, 3), np.uint8)])\n"
        "began = time.process_time()\n"
        "for size in ((512, 512), (768, 512), (1024, 1024)):\n"
        "    pipeline.recognize([np.zeros((*size, 3), np.uint8)])\n"
        "seconds = time.process_time() - began\n"
        "print(seconds / 1.704, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    python = str(keras_ocr_environment.interpreter())
    variables = {**os.environ, "TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, env=variables, check=True)
    cpu, peak = map(float, done.stdout.split()[-2:])
    return {"CPU s/MP": round(cpu, 1), "peak MB": round(peak)}
