"""Debian's tesseract with tesseract-ocr-kor, through pytesseract: reads Hangul where no Korean recogniser is there.

It reads print on paper, so it is shown a line's letters alone, black on white.
"""

import shutil
from functools import cache
from typing import Any

import numpy as np

from ..marking import letters
from ..regions import Region

LANGUAGE = "kor"
ONE_LINE = "--psm 7"
RIM = 12
"""px of paper around the letters."""
BLACK, WHITE = 0, 255
SPACE = 0.15
"""Of the line's height: it parts syllables too, whose gaps are narrower."""


@cache
def is_there() -> bool:
    """Whether the program, its Korean data and the package pytesseract are installed."""
    try:
        import pytesseract
    except ImportError:
        return False
    return shutil.which("tesseract") is not None and LANGUAGE in pytesseract.get_languages()


def read(picture: np.ndarray, region: Region) -> tuple[str, float]:
    """The text of a region of `[H,W,3]` uint8 RGB and how sure it is, 0..1; "" where no letters are seen."""
    import pytesseract

    seen = letters.ink(picture, region)
    if seen is None:
        return "", 0.0
    line = np.where(seen[1], BLACK, WHITE).astype(np.uint8)
    paper = np.pad(line, RIM, constant_values=WHITE)
    table: Any = pytesseract.image_to_data(paper, lang=LANGUAGE, config=ONE_LINE, output_type=pytesseract.Output.DICT)
    text, certain, end = "", [], 0
    columns = (table[name] for name in ("text", "conf", "left", "width"))
    for word, sure, left, width in zip(*columns, strict=True):
        if word.strip():
            text += (" " if text and left - end >= SPACE * line.shape[0] else "") + word
            certain.append(float(sure))
            end = left + width
    return text, float(np.mean(certain)) / 100 if certain else 0.0
