"""Learned marks taken off pictures outside of ComfyUI, by the same code as Clean News Watermark."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ...erase import inpaint
from .. import mark_file
from . import clean

METHOD = "telea"


class Unmark:
    """Takes off whichever of some learned marks a picture carries."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        """
        Raises:
            UserError: a file is no learned mark.
        """
        self._marks = [mark_file.read(path) for path in files]

    def __call__(self, picture: np.ndarray) -> tuple[str, bytes | None]:
        """What was removed, and the cleaned picture as PNG; None where `picture` (`[H,W,3]` uint8) carries no mark."""
        for mark in self._marks:
            at = clean.find(picture, mark)
            if at is None:
                continue
            over = clean.lay(picture, mark, at)
            window = picture[over.rows, over.columns]
            restored = clean.unblend(picture, over, inpaint(window, over.touched, METHOD).astype(np.float32))
            result = picture.copy()
            result[over.rows, over.columns][over.touched] = restored.round()[over.touched]
            removed = f"{mark.agency or 'unknown'} (un-blended, filled by {METHOD} where that is simpler)"
            return removed, _png(result, removed)
        return "", None


def _png(picture: np.ndarray, removed: str) -> bytes:
    said = PngInfo()
    said.add_itxt("dancheong_watermark", json.dumps({"mark_removed": removed}, ensure_ascii=False))
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", pnginfo=said)
    return file.getvalue()
