"""A learned topic as a file of its own, in one of three layouts that ComfyUI and other interfaces read."""

import io
import json
import re
from pathlib import Path

import torch

from ..ground import UserError
from ..ground.whole_file import write_whole

FORMATS = {"clip_l": ".safetensors", "emb_params": ".safetensors", "a1111": ".pt"}
NAME = re.compile(r"[^\s/\\:,()<>\[\]*?\"|.][^\s/\\:,()<>\[\]*?\"|]*")
"""What a prompt can call by `embedding:NAME`."""


def write(folder: Path, name: str, layout: str, vectors: torch.Tensor, facts: dict[str, str]) -> Path:
    """Write a topic whole, or nothing; the same again changes nothing, another topic's file is never overwritten.

    Args:
        name: without an ending.
        layout: a key of FORMATS. `clip_l` and `emb_params` keep `facts` in their header; `a1111` has no place for them.
        vectors: [n, width], written as float32.

    Raises:
        UserError: a name that no prompt can call, or that another topic has.
    """
    if not NAME.fullmatch(name):
        raise UserError(
            f"Expected a name that a prompt can call, such as economy-2024, got {name!r}: no folders, blanks, commas, "
            "colons or brackets."
        )
    path = folder / f"{name}{FORMATS[layout]}"
    data = _a1111(name, vectors) if layout == "a1111" else _safetensors(layout, vectors, facts)
    if path.exists():
        if path.read_bytes() == data:
            return path
        raise UserError(f"{path.name} is there already and holds another topic: choose another name, or remove it.")
    write_whole(path, data)
    return path


def replace(path: Path, vectors: torch.Tensor, facts: dict[str, str]) -> None:
    """Write a topic as `clip_l` in the place of an earlier state of the same run."""
    write_whole(path, _safetensors("clip_l", vectors, facts))


def _safetensors(layout: str, vectors: torch.Tensor, facts: dict[str, str]) -> bytes:
    from safetensors.torch import save

    data = save({layout: vectors.detach().float().contiguous()}, facts)
    # It writes the facts in any order; the same topic is the same file.
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8:end]), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + data[end:]


def _a1111(name: str, vectors: torch.Tensor) -> bytes:
    """As AUTOMATIC1111's interface writes it, of tensors, numbers and texts alone: it loads with `weights_only`."""
    told = {
        "string_to_token": {"*": 265},
        "string_to_param": {"*": vectors.detach().float().contiguous()},
        "name": name,
        "step": None,
        "sd_checkpoint": None,
        "sd_checkpoint_name": None,
    }
    buffer = io.BytesIO()
    torch.save(told, buffer)
    return buffer.getvalue()
