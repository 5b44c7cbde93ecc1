"""Tensors from a file that somebody else made; nothing in it is ever executed."""

import pickle
from pathlib import Path
from typing import Any

import torch

from . import UserError

SAFE = (".safetensors", ".sft")


def read_tensors(path: Path) -> tuple[Any, dict[str, str]]:
    """What the file holds, and what a safetensors header says of it.

    A safetensors file gives named tensors; of any other only tensors, numbers, texts and containers are read.

    Raises:
        UserError: damaged, cut off, or a pickle that holds more.
    """
    if path.suffix in SAFE:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="pt") as file:
                return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
        except (SafetensorError, OSError, ValueError) as error:
            raise UserError(f"{path.name} is damaged or cut off ({error}): get it again.") from error
    try:
        return torch.load(path, map_location="cpu", weights_only=True), {}
    except pickle.UnpicklingError as error:
        raise UserError(
            f"{path.name} holds more than tensors and was refused, as loading it could run code: take .safetensors."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise UserError(f"{path.name} is damaged or no weight file ({error}): get it again.") from error
