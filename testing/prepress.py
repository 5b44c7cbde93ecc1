"""What other programs see of a PDF: its boxes, and what stands on each plate."""

import re
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

BOXES = ("MediaBox", "BleedBox", "TrimBox")


def boxes_in_poppler(path: Path) -> dict[str, list[float]]:
    said = subprocess.run(["pdfinfo", "-box", path], capture_output=True, text=True, check=True).stdout
    return {name: _numbers(re.search(rf"{name}:(.*)", said)[1]) for name in BOXES}


def boxes_in_ghostscript(path: Path) -> dict[str, list[float]]:
    words = ["gs", "-q", "-dNODISPLAY", "-dBATCH", "-dNOPAUSE", "-dPDFINFO", str(path)]
    ran = subprocess.run(words, capture_output=True, text=True, check=True)
    return {name: _numbers(re.search(rf"{name}:\s*\[([^\]]*)\]", ran.stdout + ran.stderr)[1]) for name in BOXES}


def drawn_by_poppler(path: Path, dpi: int) -> np.ndarray:
    """`[H,W]` uint8: a page in grey, its media box whole."""
    words = ["pdftoppm", "-gray", "-r", str(dpi), "-singlefile", str(path), str(path.with_suffix(""))]
    subprocess.run(words, capture_output=True, check=True)
    return np.asarray(Image.open(path.with_suffix(".pgm")))


def plates(path: Path, dpi: int) -> dict[str, np.ndarray]:
    """Ink -> `[H,W]` uint8, 255 = full, as Ghostscript separates a page without any profile of its own."""
    target = path.with_suffix(".tif")
    words = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=tiffsep", f"-r{dpi}", f"-sOutputFile={target}"]
    subprocess.run([*words, str(path)], capture_output=True, check=True)
    found = {}
    for ink in ("Cyan", "Magenta", "Yellow", "Black"):
        found[ink] = 255 - np.asarray(Image.open(target.with_name(f"{target.stem}({ink}).tif")).convert("L"))
    return found


def _numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]
