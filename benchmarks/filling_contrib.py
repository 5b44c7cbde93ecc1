"""The two further ways of filling that OpenCV's contrib modules have, as peers of the pack's own.

They run in an environment of their own, which uv makes: beside the pack's, the package would replace its OpenCV.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from ..testing.scenes.holes import Scene

PACKAGE = "opencv-contrib-python-headless==5.0.0.93"
NAMES = {"FSR": "INPAINT_FSR_FAST", "shift map": "INPAINT_SHIFTMAP"}
PROGRAM = """
import sys, time, cv2, numpy as np
folder, name = sys.argv[1:]
cv2.setNumThreads(1)
given = np.load(f"{folder}/given.npz")
picture = cv2.cvtColor(given["picture"], cv2.COLOR_RGB2Lab if name.endswith("MAP") else cv2.COLOR_RGB2BGR)
known = np.where(given["hole"], 0, 255).astype(np.uint8)
filled = picture.copy()
start = time.process_time()
cv2.xphoto.inpaint(picture, known, filled, getattr(cv2.xphoto, name))
seconds = time.process_time() - start
back = cv2.cvtColor(filled, cv2.COLOR_Lab2RGB if name.endswith("MAP") else cv2.COLOR_BGR2RGB)
np.savez(f"{folder}/filled.npz", picture=np.where(given["hole"][..., None], back, given["picture"]), seconds=seconds)
"""


def filled(scene: Scene, name: str, environment: Path) -> tuple[np.ndarray, float]:
    """A scene filled in one of the ways, and the CPU seconds that it took.

    Args:
        name: one of `NAMES`.
        environment: a folder for it; made there where it is missing.
    """
    python = environment / "bin" / "python"
    if not python.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--quiet", environment], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, PACKAGE, "numpy"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "given.npz", picture=scene.holed, hole=scene.hole)
        subprocess.run([python, "-c", PROGRAM, folder, NAMES[name]], check=True)
        with np.load(Path(folder) / "filled.npz") as found:
            return found["picture"], float(found["seconds"])
