"""The machine that figures come from, in facts that name no path and no host."""

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

HARDWARE = ("cpu", "cores", "memory GB", "gpu", "os")
"""The facts by which two runs are of one machine."""


def facts() -> dict[str, Any]:
    """What `HARDWARE` names, and the versions of Python and torch."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory GB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "gpu": _gpu(),
        "os": _system(),
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())


def _gpu() -> str | None:
    """Asked without torch, which would make this process, and by inheritance the peak of every child, larger."""
    if shutil.which("nvidia-smi") is None:
        return None
    asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def _system() -> str:
    """`Debian 12`"""
    release = platform.freedesktop_os_release()
    return f"{release['NAME'].split()[0]} {release.get('VERSION_ID', '')}".strip()
