"""Read the text of found regions, for the rules: PP-OCR's recogniser that rapidocr carries, and a Korean one beside it.

The bundled recogniser knows Latin letters, digits, Hanja and Kana but no Hangul; it answers with "" there. The Korean
one is a file of the user's (`dancheong models get korean-ocr`); where it is missing, Debian's tesseract can stand in.
"""

import os
import threading
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...ground import UserError
from ..regions import HANGUL, Region
from . import tesseract_reader

MAX_THREADS = 4


class Reader:
    """One call at a time; a call that was interrupted finishes before the next begins."""

    def __init__(self, korean: Path | None, is_tesseract: bool) -> None:
        """
        Args:
            korean: the Korean recogniser's file.
            is_tesseract: tesseract reads Hangul where there is none.
        """
        self._lock = threading.Lock()
        self._bundled = _recogniser(None)
        self._korean = _recogniser(korean) if korean else None
        self._is_tesseract = is_tesseract and not korean

    @property
    def reads_hangul(self) -> bool:
        """Whether anything here reads it."""
        return self._korean is not None or self._is_tesseract

    @property
    def name(self) -> str:
        """Who reads, for the report."""
        return "rapidocr" + (" and tesseract" if self._is_tesseract else "")

    def read(self, picture: np.ndarray, region: Region) -> Region:
        """The region with its text, "" where nothing can be read; a text that the engine gave stays.

        Args:
            picture: `[H,W,3]` uint8 RGB.
        """
        return self.readings(picture, region)[0]

    def readings(self, picture: np.ndarray, region: Region) -> list[Region]:
        """The same, and after it what another recogniser makes of it."""
        if region.text:
            return [region]
        line = np.ascontiguousarray(_straighten(picture, region.polygon)[:, :, ::-1])
        with self._lock:
            found = [_recognise(self._bundled, line)]
            if self._korean is not None:
                found.append(_recognise(self._korean, line))
                # The Korean recogniser knows little Hanja, the bundled one reads Hangul as nothing or as Kana.
                is_taken = HANGUL.search(found[1][0]) is not None or found[1][1] > found[0][1]
            elif self._is_tesseract:
                found.append(tesseract_reader.read(picture, region))
                # It sees some Hangul in Latin letters, which the bundled one is sure of.
                is_taken = HANGUL.search(found[1][0]) is not None and found[1][1] > found[0][1]
            else:
                is_taken = False
        return [replace(region, text=text, certainty=sure) for text, sure in (found[::-1] if is_taken else found)]


@lru_cache(maxsize=2)
def load(korean: Path | None, stamp: str, is_tesseract: bool = False) -> Reader:
    """The recognisers, built once, as it takes seconds; another stamp says that the file is another."""
    return Reader(korean, is_tesseract)


def _recogniser(path: Path | None) -> Any:
    from rapidocr import RapidOCR

    file = {"Rec.model_path": str(path)} if path else {}
    threads = min(MAX_THREADS, os.cpu_count() or 1)
    reader = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **file,
        }
    )
    if path:
        try:
            _recognise(reader, np.zeros((48, 96, 3), np.uint8))
        except Exception as error:
            raise UserError(
                f"{path.name} is damaged or no text recogniser ({type(error).__name__}): run "
                "`dancheong models get korean-ocr`, or remove the file."
            ) from error
    return reader


def _recognise(reader: Any, line: np.ndarray) -> tuple[str, float]:
    result = reader(line, use_det=False, use_cls=False, use_rec=True)
    return (result.txts[0].strip(), float(result.scores[0])) if result.txts else ("", 0.0)


def _straighten(picture: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """The region turned upright, `[h,w,3]`; tall regions are laid on their side, as the recogniser wants lines."""
    import cv2

    width = max(1, round(float(np.linalg.norm(polygon[0] - polygon[1]))))
    height = max(1, round(float(np.linalg.norm(polygon[1] - polygon[2]))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    transform = cv2.getPerspectiveTransform(polygon.astype(np.float32), corners)
    line = cv2.warpPerspective(picture, transform, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.rot90(line) if height >= 1.5 * width else line
