"""Where keras-ocr's own environment is; `dancheong engines install keras-ocr` makes it."""

import os
from pathlib import Path

from ...ground import home


def folder() -> Path:
    """Where the environment is, or would be: in $DANCHEONG_ENGINES, else in .engines of the pack's home."""
    named = os.environ.get("DANCHEONG_ENGINES")
    return (Path(named).expanduser() if named else home.folder() / ".engines") / "keras-ocr"


def interpreter() -> Path:
    """The environment's Python."""
    return folder() / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp() -> Path:
    """The file that appears in the environment when it is whole."""
    return folder() / "dancheong-engine.txt"


def is_installed() -> bool:
    """Whether the environment is there and whole."""
    return stamp().is_file()
