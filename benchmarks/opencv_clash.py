"""What installing the pack does to the OpenCV that an environment already holds.

Two ways side by side: rapidocr declared as a requirement, and the pack's own way (requirements.txt, then install.py).
For each starting point a fresh environment is made, filled and used: `python -m benchmarks opencv_clash [--starts 4]`.
It needs uv and a package index.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .kit.process import PACK

# Part of what ComfyUI ships; OpenCV's and rapidocr's requirements could move these.
SHIPPED = ("numpy==2.4.6", "Pillow==13.0.0", "PyYAML==6.0.3", "requests==2.34.2", "tqdm==4.70.1")
STARTS = (
    (),
    ("opencv-python==4.11.0.86",),
    ("opencv-contrib-python==4.11.0.86",),
    ("opencv-python-headless==4.11.0.86",),
)
PROBE = """
import json, numpy
try:
    import cv2
    picture, mask = numpy.full((20, 20, 3), 90, numpy.uint8), numpy.zeros((20, 20), numpy.uint8)
    mask[8:12, 8:12] = 255
    assert abs(cv2.inpaint(picture, mask, 3, cv2.INPAINT_TELEA).astype(int) - 90).max() <= 3
    works = True
except Exception as error:
    works = f"{type(error).__name__}: {error}"
try:
    contrib = callable(cv2.ximgproc.guidedFilter)
except Exception:
    contrib = False
try:
    from rapidocr import RapidOCR
    ocr = RapidOCR(params={"Global.log_level": "error"})(numpy.full((64, 64, 3), 90, numpy.uint8)) is not None
except Exception as error:
    ocr = f"{type(error).__name__}: {error}"
print(json.dumps({"cv2": getattr(cv2, "__version__", None), "inpaints": works, "contrib": contrib, "rapidocr": ocr}))
"""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="opencv_clash")
    parser.add_argument("--starts", type=int, default=len(STARTS), help="only the first so many starting points")
    rows = []
    for start in STARTS[: parser.parse_args(options).starts]:
        for way in ("rapidocr declared", "install.py"):
            with tempfile.TemporaryDirectory() as folder:
                rows.append(row(Path(folder), start, way))
                print(rows[-1], flush=True)
    return {"environments": rows}


def row(folder: Path, start: tuple[str, ...], way: str) -> dict[str, str]:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    python = folder / "bin" / "python"

    def install(*what: str) -> None:
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *what], check=True)

    subprocess.run([uv, "venv", "--quiet", "--seed", folder], check=True)
    install(*SHIPPED, *start)
    shipped, before = versions(uv, python), probe(python) if start else {}
    install("-r", str(PACK / "requirements.txt"))
    if way == "install.py":
        subprocess.run([python, PACK / "install.py"], check=True, capture_output=True)
    else:
        install("rapidocr")
    after, changed = probe(python), {name for name, version in shipped.items() if versions(uv, python)[name] != version}
    opencv = {name for name in changed if name.startswith("opencv")}
    return {
        "environment held": ", ".join(start) or "none",
        "way": way,
        "cv2 before -> after": f"{before.get('cv2', '-')} -> {after['cv2']}",
        "inpaints": str(after["inpaints"]),
        "contrib before -> after": f"{before.get('contrib', '-')} -> {after['contrib']}",
        "rapidocr": str(after["rapidocr"]),
        "shipped": ", ".join(sorted(changed - opencv)) or "unchanged",
    }


def probe(python: Path) -> dict:
    return json.loads(subprocess.run([python, "-c", PROBE], capture_output=True, text=True).stdout.splitlines()[-1])


def versions(uv: str, python: Path) -> dict[str, str]:
    listing = subprocess.run(
        [uv, "pip", "list", "--python", python, "--format", "json"], capture_output=True, text=True
    )
    return {package["name"]: package["version"] for package in json.loads(listing.stdout)}
