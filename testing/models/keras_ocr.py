"""Random weights for keras-ocr, a picture, and keras-ocr's own answers to it, given by keras-ocr in its environment."""

import os
import subprocess
from pathlib import Path

import numpy as np
from dancheong.nodes.text_mask import keras_ocr_environment

from .kept import kept

SCRIPT = Path(__file__).parent.parent / "references" / "keras_pipeline.py"


def answers() -> Path:
    """The folder that holds them; the environment must be there."""
    return kept(_answers, made_of=(SCRIPT, keras_ocr_environment.stamp()))


def _answers(folder: Path) -> None:
    folder.mkdir()
    rows, columns = np.indices((128, 192))
    waves = [np.sin(rows / 9 + columns / 13), np.cos(columns / 7), np.sin(rows / 5) * np.cos(columns / 11)]
    np.save(folder / "picture.npy", (127 + 120 * np.stack(waves, axis=-1)).astype(np.uint8))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"TF_USE_LEGACY_KERAS": "1", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [str(keras_ocr_environment.interpreter()), str(SCRIPT), str(folder)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
