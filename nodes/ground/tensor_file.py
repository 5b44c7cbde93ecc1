"""Tensors from a file that somebody else made; nothing in it is ever executed."""

from pathlib import Path
from typing import Any

from . import UserError, torch_file
from .weight_kinds import is_safe, refuse_other_kinds


def read_tensors(path: Path) -> tuple[Any, dict[str, str]]:
    """What the file holds, and what a safetensors header says of it.

    A safetensors file gives named tensors; of any other only tensors, numbers, texts and containers are read.

    Raises:
        UserError: something else, damaged, cut off, or a pickle that asks for what would run.
    """
    if not is_safe(path):
        return torch_file.read(path).loaded(), {}
    from safetensors import safe_open
    from safetensors.torch import load_file

    refuse_other_kinds(path)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        # In the order of the file, not of the alphabet: some take a file's first tensor.
        return load_file(path), metadata
    except Exception as error:  # its own error, and torch's for what a header asks of it
        raise UserError(f"{path.name} is damaged or cut off ({_short(error)}): get it again.") from error


def _short(error: Exception) -> str:
    """An error of somebody else's in a few words."""
    return (str(error).splitlines() or [""])[0].split(". ")[0] or type(error).__name__
