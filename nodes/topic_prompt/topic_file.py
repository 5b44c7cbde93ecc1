"""A topic prompt file, in every layout that ComfyUI itself can read as an embedding.

Read in ComfyUI's own order, so that the vectors are those that `embedding:NAME` gives: `string_to_param` (A1111), a
list of tables, `clip_l`, `bundle_emb.*` (inside a LoRA), and else the file's first tensor (`emb_params`, diffusers).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from ..ground import UserError
from ..ground.tensor_file import read_tensors

MOST_VECTORS = 70
"""Of the 75 places in a chunk; a topic that fills it leaves no room for words."""
NOT_IN_NAMES = set(" \t\n,()<[:")


@dataclass(frozen=True)
class Topic:
    """Vectors that go in place of words."""

    name: str
    """How a prompt calls it: `embedding:name`."""
    vectors: torch.Tensor
    """`[n,width]`, 1 <= n <= 70."""
    layout: str
    metadata: dict[str, str] = field(default_factory=dict)
    """From a safetensors header. Known keys: topic, base, dataset, steps; text_encoder and tokenizer are fingerprints
    of what it was learned against."""


def read(path: Path, name: str) -> Topic:
    """A topic from its file.

    Args:
        name: relative to the embeddings folder, with its ending.

    Raises:
        UserError: damaged, holds code, no vectors, or a name that no prompt can call.
    """
    called = name.replace("\\", "/").removesuffix(path.suffix)
    if NOT_IN_NAMES & set(called):
        raise UserError(
            f"A prompt cannot call {called!r}: rename the file without blanks, commas, colons and brackets."
        )
    found, metadata = read_tensors(path)
    layout, vectors = _pick(found)
    if vectors is None or not vectors.is_floating_point() or vectors.ndim not in (1, 2) or not vectors.numel():
        raise UserError(f"{path.name} holds no embedding: expected clip_l, emb_params, string_to_param or one table.")
    vectors = vectors.float().reshape(-1, vectors.shape[-1])
    if not torch.isfinite(vectors).all():
        raise UserError(f"{path.name} holds values that are not numbers: it was not learned properly, use another.")
    if len(vectors) > MOST_VECTORS:
        raise UserError(f"{path.name} has {len(vectors)} vectors; at most {MOST_VECTORS} leave room for words.")
    return Topic(called, vectors, layout, metadata)


def _pick(found: Any) -> tuple[str, torch.Tensor | None]:
    if isinstance(found, dict) and isinstance(found.get("string_to_param"), dict):
        return "string_to_param", next(iter(found["string_to_param"].values()), None)
    if isinstance(found, list):
        rows = [table.reshape(-1, table.shape[-1]) for part in found for table in part.values()]
        return "list", torch.cat(rows) if rows else None
    if not isinstance(found, dict):
        return "unknown", found if isinstance(found, torch.Tensor) else None
    if "clip_l" in found:
        return "clip_l", found["clip_l"]
    for ending in (".string_to_param.*", ".clip_l"):
        bundled = [table for key, table in found.items() if key.startswith("bundle_emb.") and key.endswith(ending)]
        if bundled:
            return "bundle_emb", torch.cat(bundled)
    key, first = next(iter(found.items()), ("nothing", None))
    return key, first if isinstance(first, torch.Tensor) else None
