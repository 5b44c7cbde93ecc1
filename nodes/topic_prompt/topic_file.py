"""A topic prompt file, in every layout that ComfyUI itself can read as an embedding.

Read in ComfyUI's own order, so that the vectors are those that `embedding:NAME` gives: `string_to_param` (A1111, and
textual inversion's own of 2022), a list of tables, `clip_l`, `bundle_emb.*` (inside a LoRA), and else the file's first
tensor (`emb_params`, diffusers). Source: comfy/sd1_clip.py of ComfyUI, load_embed.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.weight_kinds import is_safe

MOST_VECTORS = 70
"""Of the 75 places in a chunk; a topic that fills it leaves no room for words."""
Read = tuple[str, list[Any], list[str]]
"""Layout, tables one below the other, what a user should know of the choice."""


@dataclass(frozen=True)
class Topic:
    """Vectors that go in place of words."""

    path: Path
    vectors: torch.Tensor
    """`[n,width]`, n >= 1."""
    layout: str
    metadata: dict[str, str] = field(default_factory=dict)
    """From a safetensors header. Known keys: topic, base, dataset, steps; text_encoder and tokenizer are fingerprints
    of what it was learned against."""
    notes: tuple[str, ...] = ()
    """What of the file is not used."""

    @property
    def name(self) -> str:
        """As its file is called, without the ending."""
        return self.path.stem


def read(path: Path) -> Topic:
    """A topic from its file.

    Raises:
        UserError: damaged, holds code, no vectors, or nothing that ComfyUI would read.
    """
    if is_safe(path) and path.suffix.lower() != ".safetensors":
        raise UserError(f"ComfyUI reads no embedding that ends in {path.suffix}: rename {path.name} to .safetensors.")
    found, metadata = read_tensors(path)
    layout, tables, notes = _pick(found)
    if not tables or not all(_is_table(table) for table in tables):
        raise UserError(f"{path.name} holds no embedding: expected clip_l, emb_params, string_to_param or one table.")
    vectors = torch.cat([table.detach().float().reshape(-1, table.shape[-1]) for table in tables])
    if not torch.isfinite(vectors).all():
        raise UserError(f"{path.name} holds values that are not numbers: it was not learned properly, use another.")
    return Topic(path, vectors, layout, metadata, tuple(notes))


def leave_room(topic: Topic) -> None:
    """
    Raises:
        UserError: so many vectors that hardly a word goes beside them.
    """
    if len(topic.vectors) > MOST_VECTORS:
        raise UserError(
            f"{topic.path.name} has {len(topic.vectors)} vectors; at most {MOST_VECTORS} leave room for words."
        )


def _is_table(found: Any) -> bool:
    return isinstance(found, torch.Tensor) and found.is_floating_point() and found.ndim in (1, 2) and found.numel() > 0


def _pick(found: Any) -> Read:
    if isinstance(found, list):
        return _listed(found)
    if not isinstance(found, dict):
        return "unknown", [], []
    if "string_to_param" in found:
        inner = found["string_to_param"]
        return ("string_to_param", *_first(inner)) if isinstance(inner, dict) else ("string_to_param", [], [])
    if "clip_l" in found:
        others = [str(key) for key in found if key != "clip_l"]
        return "clip_l", [found["clip_l"]], [f"Not used: {_some(others)}."] if others else []
    if not all(isinstance(key, str) for key in found):
        return "unknown", [], []
    for ending in (".string_to_param.*", ".clip_l"):
        names = [key for key in found if key.startswith("bundle_emb.") and key.endswith(ending)]
        if names:
            told = [f"Several concepts, one behind the other: {_some(names)}."] if len(names) > 1 else []
            return "bundle_emb", [found[name] for name in names], told
    return (next(iter(found), "nothing"), *_first(found))


def _listed(parts: list[Any]) -> Read:
    """ComfyUI takes the tables that are as wide as the text encoder, and CLIP-L is the narrowest that it knows."""
    tables = [table for part in parts if isinstance(part, dict) for table in part.values()]
    if not all(_is_table(table) for table in tables):
        return "list", [], []
    width = min((table.shape[-1] for table in tables), default=0)
    wider = sorted({table.shape[-1] for table in tables} - {width})
    told = [f"Not used: tables of width {', '.join(map(str, wider))}, of other text encoders."] if wider else []
    return "list", [table for table in tables if table.shape[-1] == width], told


def _first(tables: dict[Any, Any]) -> tuple[list[Any], list[str]]:
    names = [str(name) for name in tables]
    told = [f"Not used: {_some(names[1:])}; ComfyUI takes the first of a file, {names[0]}."] if names[1:] else []
    return list(tables.values())[:1], told


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
