"""`dancheong engines`: text finders that need an environment of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

from ...nodes.ground import UserError
from ...nodes.text_mask import keras_ocr_environment
from ..language import tell

KERAS_OCR = ("keras-ocr==0.9.3", "tensorflow-cpu", "tf-keras", "numpy<2", "opencv-python-headless<4.12")
"""keras-ocr 0.9.3 as it still imports: Keras 2 by tf-keras, NumPy 1; TensorFlow with a GPU on request by hand."""
WITHOUT = "opencv-python ; sys_platform == 'never'\n"
"""keras-ocr names the variant that needs a screen's libraries; the headless one takes its place."""
NEWEST_PYTHON, OLDEST_PYTHON = (3, 12), (3, 10)


def install(name: str) -> Path:
    """Make the environment of an engine; it appears when it is whole.

    Raises:
        UserError: unknown name, no suitable Python, or the package index failed; nothing is kept then.
    """
    if name != "keras-ocr":
        raise UserError(f"Expected the engine keras-ocr, got {name!r}.")
    target = keras_ocr_environment.folder()
    if keras_ocr_environment.is_installed():
        return target
    # A virtual environment cannot be moved: it is made in its place, and its stamp comes last.
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        _fill(target)
        keras_ocr_environment.stamp().write_text(" ".join(KERAS_OCR) + "\n")
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return target


def listing() -> str:
    """One paragraph an engine: whether it is there, and what it is for."""
    there = keras_ocr_environment.is_installed()
    state = "installed" if there else "missing; `dancheong engines install keras-ocr` makes it, 2 GB"
    return f"keras-ocr: {state}\n    keras-ocr 0.9.3 with TensorFlow, for the engine of the same name of OCR Text Mask"


def _fill(target: Path) -> None:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    python = sys.executable if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON else "3.12"
    overrides = target / "overrides.txt"
    into = ["--python", str(keras_ocr_environment.interpreter())]
    _step([uv, "venv", "--quiet", "--allow-existing", "--python", python, str(target)])
    overrides.write_text(WITHOUT)
    _step([uv, "pip", "install", "--quiet", *into, "--override", str(overrides), *KERAS_OCR])


def _step(command: list[str]) -> None:
    tell(f"engines: {' '.join(command[:3])} ...")
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError as error:
        raise UserError("The engine needs uv to be installed: run `pip install uv` and try again.") from error
    except subprocess.CalledProcessError as error:
        raise UserError(
            f"The engine could not be installed ({error}), nothing was kept: check the package index, the disk (3 GB), "
            "and that Python 3.10, 3.11 or 3.12 is there."
        ) from error
