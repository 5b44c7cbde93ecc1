"""Learned marks taken off pictures outside of ComfyUI, by the same code as Clean News Watermark.

Finding them, filling their places and un-blending are told apart, as only filling by LaMa is worth a GPU.
"""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ...erase import Lama, inpaint
from .. import mark_file
from .choice import Choice, choose
from .clean import Overlay
from .learned import PROVENANCE, Filled, restored

TELEA, LAMA = "telea", "lama"


class Unmark:
    """Takes off whichever of some learned marks a picture carries."""

    def __init__(self, files: tuple[Path, ...], lama: Lama | None = None) -> None:
        """Read the marks.

        Args:
            files: of the marks.
            lama: fills their places; None = OpenCV does.

        Raises:
            UserError: a file is no learned mark.
        """
        self._marks = tuple(mark for path in files for mark in mark_file.read(path).every)
        self._lama = lama

    def __call__(self, picture: np.ndarray, profile: bytes | None = None) -> tuple[str, bytes | None]:
        """`take_off` of what is found."""
        choice = self.find(picture)
        return take_off(picture, profile, choice, fill(picture, choice, self._lama))

    def find(self, picture: np.ndarray) -> Choice:
        """The marks on a picture `[H,W,3]` uint8."""
        return choose(picture, self._marks)


def fill(picture: np.ndarray, choice: Choice, lama: Lama | None) -> Filled:
    """The places of marks filled from what is around them."""
    if lama is None:
        return Filled(TELEA, tuple(_by_opencv(picture, one.over) for one in choice.placed))
    return Filled(LAMA, tuple(_by_lama(picture, one.over, lama) for one in choice.placed))


def take_off(picture: np.ndarray, profile: bytes | None, choice: Choice, filled: Filled) -> tuple[str, bytes | None]:
    """What was removed and what was left, and the cleaned picture as PNG; None where nothing was removed.

    Args:
        picture: `[H,W,3]` uint8.
        profile: its colour profile (ICC), which the cleaned picture keeps.
        choice: the marks that it carries.
        filled: their places.
    """
    outcome = restored(picture, choice, filled)
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


def _by_opencv(picture: np.ndarray, over: Overlay) -> np.ndarray:
    return inpaint(picture[over.rows, over.columns], over.touched, TELEA).astype(np.float32)


def _by_lama(picture: np.ndarray, over: Overlay, lama: Lama) -> np.ndarray:
    mask = np.zeros(picture.shape[:2], bool)
    mask[over.rows, over.columns] = over.touched
    return lama(picture, mask)[over.rows, over.columns]


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
