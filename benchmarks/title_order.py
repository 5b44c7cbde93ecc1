"""How sharp are the title's letters when they are set before the enlargement, and after.

`python benchmarks/title_order.py`. Edge width = px of the print picture over which a letter's edge rises from 10 to
90 %, mean over all edges.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

PACK = Path(__file__).resolve().parent.parent
SMALL, PRINT = (768, 1120), (1866, 2728)


def main() -> None:
    runpy.run_path(str(PACK / "runner" / "__main__.py"))["load_pack"]()
    from dancheong.nodes.print_cover import fonts
    from dancheong.nodes.print_cover.typeset import Style, Words, typeset
    from dancheong.nodes.upscale.resample import resample

    font = fonts.choose(fonts.available([]), "auto", "달빛 아래 기와집")
    style = Style(str(font.path), "horizontal", "top", "centre", 8.0, 9.0, 0.0, (255, 255, 255), (0, 0, 0))
    words = Words("달빛 아래 기와집", "", "")
    early, late = (typeset(*size, words, style)[0][..., 3:] / np.float32(255) for size in (SMALL, PRINT))
    early = resample(torch.from_numpy(early), PRINT).numpy()
    print(f"set at {SMALL[0]} x {SMALL[1]} and enlarged: {edge_width(early[..., 0]):.2f} px")
    print(f"set at {PRINT[0]} x {PRINT[1]}: {edge_width(late[..., 0]):.2f} px")


def edge_width(coverage: np.ndarray) -> float:
    """Along rows: px between 10 and 90 % coverage per crossing of 50 %."""
    rising = (coverage > 0.1) & (coverage < 0.9)
    crossings = np.abs(np.diff((coverage > 0.5).astype(int), axis=1)).sum()
    return float(rising.sum() / crossings)


if __name__ == "__main__":
    main()
