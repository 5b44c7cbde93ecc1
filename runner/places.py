"""Where things are: the pack, the ComfyUI that runs it, the private folders that ComfyUI may write to."""

import os
import shutil
import sys
from pathlib import Path

from ..nodes.ground import UserError, home

PACK = home.PACK
VENV = home.folder() / ".venv"
OWN_COMFYUI = home.folder() / ".comfyui"
OWN = (OWN_COMFYUI, PACK / ".comfyui")
"""A pack that cannot be written any more still has what `make host` put beside it."""
BASE = home.folder() / ".base"


def comfyui() -> Path:
    """The ComfyUI tree: COMFYUI_PATH, else the one whose custom_nodes holds this pack, else the one `make host` made.

    Raises:
        UserError: none of the three is a ComfyUI (a folder with main.py and comfy/).
    """
    tree = _comfyui()
    if tree is None:
        raise UserError(
            "No ComfyUI found: run `make host` in the pack's folder, or set COMFYUI_PATH to your own ComfyUI."
        )
    return tree


def _comfyui() -> Path | None:
    named = os.environ.get("COMFYUI_PATH")
    if named:
        path = Path(named).expanduser().resolve()
        if not _is_comfyui(path):
            raise UserError(f"COMFYUI_PATH is {named}, which is not a ComfyUI folder: it has no main.py beside comfy/.")
        return path
    # The unresolved path on purpose: a pack is often linked into custom_nodes.
    around = Path(__file__).absolute().parents[3]
    return next((path for path in (around, *OWN) if _is_comfyui(path)), None)


def models(base: Path) -> Path:
    """The models folder: that of the user's own ComfyUI where there is one, else the private one.

    Raises:
        UserError: COMFYUI_PATH names no ComfyUI.
    """
    tree = _comfyui()
    return base / "models" if tree is None or tree in OWN else tree / "models"


def has_accelerator() -> bool:
    """Whether ComfyUI will find a GPU here; without one it needs --cpu. Asked without importing torch."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") == "":  # as Ray hides them from who asked for none
        return False
    return sys.platform == "darwin" or shutil.which("nvidia-smi") is not None or Path("/dev/kfd").exists()


def _is_comfyui(path: Path) -> bool:
    return (path / "main.py").is_file() and (path / "comfy").is_dir()
