"""Which engine looks for text: the one that was named, or the best of those that are there."""

import os
from pathlib import Path
from typing import Protocol

import numpy as np

from ...ground import UserError, scan
from ...host.models import listed, stamp
from ..finding.pyramid import Call
from ..regions import Region
from . import ENGINES, reader, tesseract_reader

FOLDER = "ocr"
CRAFT_ENDINGS = (".safetensors", ".pth", ".h5")


class Engine(Protocol):
    """What finds text."""

    name: str

    def steps(self, height: int, width: int) -> int:
        """How many calls `detect` makes for a picture of that size."""
        ...

    def detect(self, picture: np.ndarray, call: Call) -> list[Region]:
        """Regions in reading order; `call(function, *arguments)` runs each step of the work."""
        ...


def choose(name: str) -> Engine:
    """The engine of that name; "auto" takes the first of `ENGINES` that is installed and has its weights.

    Raises:
        UserError: it is not installed, or its weights are missing; the text names the command that gets them.
    """
    automatic, *known = ENGINES
    if name != automatic:
        return _open(name)
    faults = []
    for candidate in known:
        try:
            return _open(candidate)
        except UserError as error:
            faults.append(str(error))
    raise UserError("No text engine is ready. " + " ".join(faults))


def choose_reader(hangul: bool = False) -> reader.Reader:
    """The recognisers, with the Korean one where models/ocr has it; where it is missing and `hangul` must be read, with
    tesseract if that is installed."""
    korean = _first("korean", (".onnx",))
    return reader.load(korean, stamp(korean) if korean else "", hangul and tesseract_reader.is_there())


def weights_stamp() -> str:
    """Another text as soon as any file that weights may come from is another."""
    return stamp(*_known())


def _open(name: str) -> Engine:
    """Each is imported when it is asked for, not when ComfyUI starts."""
    if name == "rapidocr":
        from . import rapidocr_engine

        return rapidocr_engine.load()
    if name == "craft":
        from . import comfy_craft

        weights = _weights("craft", CRAFT_ENDINGS, "craft")
        return comfy_craft.load(weights, stamp(weights))
    from . import keras_ocr_engine

    both = _weights("craft", (".h5",), "craft-keras"), _weights("crnn_kurapan", (".h5",), "crnn-kurapan")
    return keras_ocr_engine.load(*both, stamp(*both))


def _weights(stem: str, endings: tuple[str, ...], model: str) -> Path:
    path = _first(stem, endings)
    if path is None:
        raise UserError(
            f"Weights are missing: expected {stem}*{' or '.join(endings)} in models/{FOLDER}, found none. "
            f"Run `dancheong models get {model}`."
        )
    return path


def _first(stem: str, endings: tuple[str, ...]) -> Path | None:
    """A file by the beginning of its name; endings in order of preference."""
    known = _known()
    for ending in endings:
        for path in known:
            if path.suffix.lower() == ending and path.name.lower().startswith(stem):
                return path
    return None


def _known() -> list[Path]:
    """The files of models/ocr, and those of keras-ocr's cache."""
    cache = Path(os.environ.get("KERAS_OCR_CACHE_DIR", "~/.keras-ocr")).expanduser()
    return [*listed(FOLDER), *scan.files(cache)]
