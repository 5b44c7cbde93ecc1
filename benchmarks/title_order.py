"""How sharp are the title's letters when they are set before the enlargement, and after.

`python -m benchmarks title_order`. Edge width = px of the print picture over which a letter's edge rises from 10 to
90 %, mean over all edges.
"""

import argparse

import numpy as np
import torch

from ..nodes.lettering import choice, fonts
from ..nodes.lettering.ink import Paint
from ..nodes.lettering.margins import margins
from ..nodes.lettering.typeset import Style, Words, typeset
from ..nodes.upscale.rows import resample

SMALL, PRINT = (768, 1120), (1866, 2728)
TITLE = "달빛 아래 기와집"


def main(options: list[str]) -> dict[str, list[dict]]:
    argparse.ArgumentParser(prog="title_order").parse_args(options)
    faces, _ = choice.faces_of(fonts.available([]), "auto", {}, TITLE, weight=0, width=100)
    style = Style(faces, "horizontal", "top", "centre", 8.0, 0.0)
    early, late = (coverage(*size, style)[..., None] / np.float32(255) for size in (SMALL, PRINT))
    early = resample(torch.from_numpy(early), PRINT).numpy()
    return {
        "edges": [
            {"title set at": f"{width} x {height}", "edge width in print, px": round(edge_width(coverage[..., 0]), 2)}
            for (width, height), coverage in ((SMALL, early), (PRINT, late))
        ]
    }


def coverage(width: int, height: int, style: Style) -> np.ndarray:
    """`[H,W]` uint8."""
    ink, _ = typeset(width, height, Words(TITLE, "", ""), style, margins(width, height, 9.0, None, False))
    return ink.paint(Paint((255, 255, 255), (0, 0, 0)))[..., 3]


def edge_width(coverage: np.ndarray) -> float:
    """Along rows: px between 10 and 90 % coverage per crossing of 50 %."""
    rising = (coverage > 0.1) & (coverage < 0.9)
    crossings = np.abs(np.diff((coverage > 0.5).astype(int), axis=1)).sum()
    return float(rising.sum() / crossings)
