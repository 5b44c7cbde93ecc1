"""`python runner ...` works from any checkout, installed or not: the pack is loaded by its path, under its own name.

The pack's root must never be on sys.path: its `nodes/` would shadow ComfyUI's nodes.py.
"""

import importlib.util
import sys
from pathlib import Path


def load_pack() -> None:
    """Load this checkout as the package `dancheong`, whatever its folder is called."""
    root = Path(__file__).resolve().parent.parent
    # Started as `python runner`, Python looks for modules in this very folder first: its `queue` would hide its own.
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() not in (root, root / "runner")]
    spec = importlib.util.spec_from_file_location(
        "dancheong", root / "__init__.py", submodule_search_locations=[str(root)]
    )
    assert spec is not None and spec.loader is not None
    sys.modules["dancheong"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["dancheong"])


if __name__ == "__main__":
    if sys.version_info < (3, 10):
        sys.exit(f"dancheong: Python 3.10 or newer is needed, this is {sys.version.split()[0]}.")
    if __spec__ is None or not __spec__.name.startswith("dancheong"):
        load_pack()
    sys.exit(importlib.import_module("dancheong.runner.cli").main())
