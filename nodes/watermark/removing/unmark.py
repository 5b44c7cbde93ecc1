"""Learned marks taken off pictures outside of ComfyUI, by the same code as Clean News Watermark."""

import io
import json
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ...erase import inpaint
from .. import mark_file
from .clean import Overlay
from .learned import PROVENANCE, Filling, remove

METHOD = "telea"


class Unmark:
    """Takes off whichever of some learned marks a picture carries."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        """Read the marks.

        Raises:
            UserError: a file is no learned mark.
        """
        self._marks = tuple(mark for path in files for mark in mark_file.read(path).every)

    def __call__(self, picture: np.ndarray, profile: bytes | None = None) -> tuple[str, bytes | None]:
        """What was removed and what was left, and the cleaned picture as PNG; None where nothing was removed.

        Args:
            picture: `[H,W,3]` uint8.
            profile: its colour profile (ICC), which the cleaned picture keeps.
        """
        outcome = remove(picture, self._marks, Filling(METHOD, partial(_filled, picture)))
        if not outcome.removals:
            return outcome.left.removeprefix("; "), None
        result = picture.copy()
        for removal in outcome.removals:
            over = removal.over
            result[over.rows, over.columns][over.touched] = removal.restored.round()[over.touched]
        said = "; ".join(
            dict.fromkeys(f"{removal.mark.agency or 'unknown'} ({removal.how})" for removal in outcome.removals)
        )
        return said + outcome.left, _png(result, said + outcome.left, profile)


def _filled(picture: np.ndarray, over: Overlay) -> np.ndarray:
    return inpaint(picture[over.rows, over.columns], over.touched, METHOD).astype(np.float32)


def _png(picture: np.ndarray, removed: str, profile: bytes | None) -> bytes:
    said = PngInfo()
    said.add_itxt(PROVENANCE, json.dumps({"mark_removed": removed}, ensure_ascii=False))
    image = Image.fromarray(picture)
    if profile and profile[16:20] == b"GRAY":  # such a profile goes with grey pixels only
        is_grey = bool((picture == picture[..., :1]).all())
        image, profile = (image.convert("L"), profile) if is_grey else (image, None)
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=said, icc_profile=profile)
    return file.getvalue()
