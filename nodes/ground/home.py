"""Where the pack keeps what it makes for itself: a base directory, engines, a log, byte code."""

import os
from pathlib import Path

PACK = Path(__file__).resolve().parents[2]
"""The pack's own folder."""


def folder(pack: Path = PACK) -> Path:
    """The folder for all of it: the pack's own where it is a checkout that can be written, else one of the user's.

    Among the packages of an interpreter, where there is no pyproject.toml, nothing is ever written.
    """
    if (pack / "pyproject.toml").is_file() and os.access(pack, os.W_OK):
        return pack
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_DATA_HOME", "")
    usual = Path.home() / ("AppData/Local" if os.name == "nt" else ".local/share")
    # Relative paths count as unset, as the XDG specification has it.
    return (Path(named) if Path(named).is_absolute() else usual) / "dancheong"
