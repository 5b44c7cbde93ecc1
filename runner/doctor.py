"""`dancheong doctor`: what is there and what is missing, a line each, with the next command; nothing is changed."""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..nodes.ground import UserError, scan
from . import apps, language, places
from .setup.models import Model

OLDEST_COMFYUI = "0.30.0"
"""As pyproject.toml requires it, which an installed pack has no more."""
PACKAGES = {
    "onnxruntime": "onnxruntime",
    "rapidocr": "rapidocr",
    "pyclipper": "pyclipper",
    "shapely": "Shapely",
    "fontTools": "fonttools",
    "uharfbuzz": "uharfbuzz",
    "freetype": "freetype-py",
    "imagehash": "imagehash",
}
"""Import name -> package of what the pack asks for and ComfyUI does not bring; OpenCV has a line of its own."""
FINISH = places.PACK / "install.py"
"""Part of a checkout; where the command line alone is installed, there is none."""
OPENCV = ("opencv-python", "opencv-contrib-python", "opencv-python-headless", "opencv-contrib-python-headless")
HANGUL = "\ub2e8\uccad"
SECONDS = 60
MARKS = {"good": "ok  ", "bad": "MEND", "note": "note"}


@dataclass(frozen=True)
class Finding:
    """One line: a sentence, and whether something is to be mended."""

    state: Literal["good", "bad", "note"]
    sentence: str

    def __str__(self) -> str:
        return f"{MARKS[self.state]}  {self.sentence}"


def good(sentence: str) -> Finding:
    """What is as it should be."""
    return Finding("good", sentence)


def bad(sentence: str) -> Finding:
    """What keeps something from working."""
    return Finding("bad", sentence)


def note(sentence: str) -> Finding:
    """What is no fault, and good to know."""
    return Finding("note", sentence)


def tell(base: Path, table: dict[str, Model]) -> int:
    """Print all findings, each as soon as it is known; the exit status: 1 where something is to be mended."""
    status = 0
    for finding in examine(base, table):
        language.tell(f"{language.told(MARKS[finding.state])}  {language.told(finding.sentence)}")
        status = 1 if finding.state == "bad" else status
    return status


def examine(base: Path, table: dict[str, Model]) -> Iterator[Finding]:
    """All findings.

    Args:
        base: where a server that is started here would write.
        table: the models that there are.
    """
    yield _machine()
    comfyui = _comfyui()
    yield comfyui
    if importlib.util.find_spec("torch") is None:
        yield bad(
            f"{sys.executable} has no torch, so it cannot run ComfyUI: use the Python that ComfyUI runs with, or run "
            f"`make host` in {places.PACK}."
        )
    packages = _packages()
    yield packages
    yield _opencv()
    yield _gpu()
    # A COMFYUI_PATH that names none has no models folder either.
    models = base / "models" if comfyui.state == "bad" else places.models(base)
    if packages.state == "good":  # else fonts cannot be read
        yield _font(models / "fonts")
    for folder in dict.fromkeys((base, models)):
        yield _folder(folder)
    lacking = [model for model in table.values() if not model.is_there(models)]
    yield _disk(models, lacking)
    for app in apps.read():
        yield _app(app, [model for model in lacking if app.name in model.workflows])


def _machine() -> Finding:
    try:
        version = importlib.metadata.version("dancheong")
    except importlib.metadata.PackageNotFoundError:  # cloned into custom_nodes
        version = "?"
    python = f"Python {platform.python_version()} ({sys.executable})"
    return note(f"dancheong {version} in {places.PACK}; {python}; {platform.platform()}")


def _comfyui() -> Finding:
    try:
        tree = places.comfyui()
    except UserError:
        named = os.environ.get("COMFYUI_PATH")
        if named:
            wanted = "set it to the folder that has main.py and comfy/"
            return bad(f"COMFYUI_PATH is {named}, which is no ComfyUI folder: {wanted}.")
        return bad(f"There is no ComfyUI: run `make host` in {places.PACK}, or set COMFYUI_PATH to your own ComfyUI.")
    try:
        told = re.search(r'__version__\s*=\s*"([\d.]+)', (tree / "comfyui_version.py").read_text(encoding="utf-8"))
    except OSError:  # before 0.3 there was no such file
        told = None
    found = told[1] if told else "?"
    if _numbers(found) < _numbers(OLDEST_COMFYUI):
        return bad(
            f"ComfyUI in {tree} is {found}, and {OLDEST_COMFYUI} or newer is needed: update it, as with `git pull` "
            "there, and install its requirements.txt again."
        )
    return good(f"ComfyUI {found} in {tree}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _packages() -> Finding:
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return good(f"packages: {', '.join(PACKAGES)}")
    commands = [_pip("install", *(PACKAGES[name] for name in missing))]
    if FINISH.is_file():  # it knows how to leave OpenCV alone
        commands = [_pip("install", "-r", str(FINISH.with_name("requirements.txt"))), _python(str(FINISH))]
    return bad(
        f"{sys.executable} lacks {', '.join(missing)}: run `{' && '.join(commands)}`, or use the Python that ComfyUI "
        "runs with."
    )


def _pip(*words: str) -> str:
    return _python("-m", "pip", *words)


def _python(*words: str) -> str:
    """A command as it can be pasted into this system's shell."""
    command = [sys.executable, *words]
    return subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)


def _opencv() -> Finding:
    if importlib.util.find_spec("cv2") is None:
        command = _python(str(FINISH)) if FINISH.is_file() else _pip("install", OPENCV[2])
        return bad(f"There is no OpenCV, so no text can be found: run `{command}`.")
    # In a process of its own: a broken cv2 may end the interpreter.
    probe = _output([sys.executable, "-c", "import cv2; cv2.inpaint; print(cv2.__version__)"])
    if probe.returncode == 0:
        return good(f"OpenCV {probe.stdout.strip()}")
    fault = (probe.stderr.strip().splitlines() or [f"status {probe.returncode}"])[-1]
    installed = [one.metadata["Name"].lower() for one in importlib.metadata.distributions() if one.metadata["Name"]]
    name = next((name for name in OPENCV if name in installed), OPENCV[2])
    return bad(f"OpenCV does not work ({fault}): run `{_pip('install', '--force-reinstall', '--no-deps', name)}`.")


def _gpu() -> Finding:
    if shutil.which("nvidia-smi"):
        told = _output(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"])
        if told.returncode == 0 and told.stdout.strip():
            found = "; ".join(told.stdout.strip().splitlines())
            torch = importlib.metadata.version("torch") if importlib.util.find_spec("torch") else ""
            if "+cpu" not in torch:
                return good(f"GPU: {found}")
            remedy = "install a torch with CUDA, as ComfyUI's README says"
            return bad(f"GPU: {found}; but torch {torch} does not use it: {remedy}.")
    elif places.has_accelerator():
        return good("GPU: Metal" if sys.platform == "darwin" else "GPU: ROCm")
    return note("No GPU: ComfyUI runs on the processor, and drawing takes long.")


def _output(command: list[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))


def _font(folder: Path) -> Finding:
    from ..nodes.lettering import available, choose

    own = [place / name for place, names in scan.walk(folder) for name in sorted(names)]
    try:
        return good(f"Korean font: {choose(available(own), 'auto', HANGUL).name}")
    except UserError:
        command = _pip("install", "koreanize-matplotlib")
        return bad(f"No font here draws Hangul: put a .ttf or .otf with Hangul into {folder}, or run `{command}`.")


def _folder(folder: Path) -> Finding:
    """Tried, not asked for: what a file system says of rights is not what it does."""
    there = next(parent for parent in (folder, *folder.parents) if os.path.exists(parent))
    try:
        with tempfile.TemporaryFile(dir=there):
            return good(f"{folder} can be written")
    except OSError as error:
        return bad(
            f"{folder} cannot be written ({error.strerror}): change its owner or its rights, or name another folder "
            "with --base."
        )


def _disk(models: Path, lacking: list[Model]) -> Finding:
    named = {app.name for app in apps.read()}
    needed = sum(model.megabytes for model in lacking if named & set(model.workflows)) / 1000
    there = next(parent for parent in (models, *models.parents) if os.path.exists(parent))
    free = shutil.disk_usage(there).free / 1e9
    if free >= needed:
        wanted = f"all models of the apps that are missing take {needed:.0f} GB"
        return good(f"{free:.0f} GB free in {models}; {wanted}")
    return note(
        f"Only {free:.0f} GB are free in {models}, and all models of the apps that are missing take {needed:.0f} GB: "
        "make room, or get only the models of the app that you use."
    )


def _app(app: apps.App, lacking: list[Model]) -> Finding:
    title = f"{app.titles[language.spoken()]} ({app.name})"
    if not lacking:
        return good(f"{title}: no model is left to get")
    commands = ", ".join(f"`dancheong models get {model.name}`" for model in lacking)
    size = sum(model.megabytes for model in lacking)
    return note(f"{title}: get its models with {commands} ({size:,} MB)")
