"""Weights that lie in several files, with a list that says where each tensor is: `model.safetensors.index.json`."""

import json
from pathlib import Path
from typing import Any

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from .layout import INDEX


def files(path: Path) -> list[Path]:
    """Every file that reading `path` reads, itself first; what is wrong with a list is said when it is read."""
    try:
        return [path, *(path.with_name(name) for name in sorted(set(_places(path).values())))]
    except UserError:
        return [path]


def read(path: Path) -> tuple[Any, dict[str, str]]:
    """What a weight file or a list of shards holds, and what the safetensors headers say of it.

    Raises:
        UserError: a file is missing, damaged or no weight file, or lacks what the list promises.
    """
    places = _places(path)
    if not places:
        return read_tensors(path)
    found: dict[str, Any] = {}
    described: dict[str, str] = {}
    for shard in sorted(set(places.values())):
        file = path.with_name(shard)
        if not file.is_file():
            raise UserError(f"{shard} is missing, which {path.name} lists: put all its parts beside it.")
        tensors, metadata = read_tensors(file)
        promised = [name for name, place in places.items() if place == shard]
        lacking = [name for name in promised if not isinstance(tensors, dict) or name not in tensors]
        if lacking:
            raise UserError(
                f"{shard} lacks {len(lacking)} tensors that {path.name} lists, the first is {lacking[0]}: get both "
                "again."
            )
        found |= {name: tensors[name] for name in promised}
        described |= metadata
    return found, described


def _places(path: Path) -> dict[str, str]:
    """Tensor -> file, of a list of shards; {} for any other file."""
    if not INDEX.search(path.name):
        return {}
    try:
        places = json.loads(path.read_text(encoding="utf-8"))["weight_map"]
        sound = bool(places) and all(Path(place).name == place for place in places.values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound, places = False, {}
    if not sound:
        raise UserError(
            f"{path.name} is no list of weight files: expected a weight_map of tensors and files beside it; get it "
            "again."
        )
    return places
