"""Where the parts of a text encoder lie: weights, tokenizer and configuration, in the layouts that people download.

A full CLIPModel folder, a diffusers pipeline (the encoder in text_encoder/, at the root, or both), a single file with
its tokenizer beside it or elsewhere; the weights whole or in shards, as they are or as a variant (model.fp16), under
the file names of transformers or of open_clip.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from ..ground import UserError, scan
from ..ground.weight_kinds import SAFE

PICKLED = (".bin", ".ckpt", ".pt", ".pth")
STEMS = ("model", "pytorch_model", "open_clip_model", "open_clip_pytorch_model")
VARIANTS = ("", "fp32", "fp16", "bf16")
"""Such as the last in model.fp16.safetensors, in order of preference; any other comes after them."""
SUBFOLDER = "text_encoder"
TOKENIZERS_BESIDE = {"text_encoder_2": "tokenizer_2"}
"""Where a pipeline's second encoder has its tokenizer, which pads otherwise; every other has it in tokenizer/."""
NAME = re.compile(r"(?P<stem>\w+)(?:\.(?P<variant>\w+))?\.\w+")
INDEX = re.compile(r"\.index(?:\.(?P<variant>\w+))?\.json$", re.IGNORECASE)
"""The end of what lists shards: `model.safetensors.index.json`; a variant stands before its json."""
SHARD = re.compile(r"-\d{5}-of-(?!00001)\d{5}\.")
TOKENIZER = ("tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
             "added_tokens.json")  # fmt: skip
"""What a tokenizer is read from, where it is there."""
CONFIGS = ("config.json", "open_clip_config.json")
AUTO = "auto"


def encoders(roots: list[Path]) -> dict[str, Path]:
    """What can be chosen: folders with weights (their names end in /), then every weight file."""
    folders: dict[str, Path] = {}
    files: dict[str, Path] = {}
    for root in roots:
        for folder, names in scan.walk(root):
            where = "" if folder == root else f"{folder.relative_to(root).as_posix()}/"
            for name in names:
                if _ending(name) in (*SAFE, *PICKLED):
                    files.setdefault(where + name, folder / name)
            if where and folder.name != SUBFOLDER and _weights_in(folder, names) is not None:
                folders.setdefault(where, folder)
    return {**dict(sorted(folders.items())), **dict(sorted(files.items()))}


def tokenizers(roots: list[Path]) -> dict[str, Path]:
    """Every folder with a tokenizer in it."""
    found: dict[str, Path] = {}
    for root in roots:
        for folder, names in scan.walk(root):
            if folder != root and _are_tokenizer(names):
                found.setdefault(folder.relative_to(root).as_posix(), folder)
    return dict(sorted(found.items()))


def weights_of(choice: Path) -> Path:
    """The weight file of a chosen file or folder, or the list of its shards; .safetensors before what is pickled.

    Raises:
        UserError: the folder has none, or the file is only one of several shards.
    """
    if not choice.is_dir():
        if SHARD.search(choice.name):
            raise UserError(
                f"{choice.name} is one part of several: choose its folder, which ends in /, or the list beside it, "
                "which ends in .index.json."
            )
        return choice
    found = _weights_in(choice, [path.name for path in scan.files(choice)])
    if found is None:
        raise UserError(
            f"The folder {choice.name} holds no text encoder: expected model.safetensors, or one of "
            f"{', '.join(STEMS)} with an ending such as .fp16.safetensors or .bin, in it or in {SUBFOLDER}."
        )
    return found


def tokenizer_of(choice: Path, weights: Path) -> Path:
    """The tokenizer folder that belongs to the weights: in the chosen folder, beside them, or one level up.

    Raises:
        UserError: there is none.
    """
    near = choice if choice.is_dir() else weights.parent
    beside = TOKENIZERS_BESIDE.get(weights.parent.name, "tokenizer")
    for folder in (
        near,
        near / "tokenizer",
        weights.parent,
        weights.parent.parent / beside,
        weights.parent.parent,
    ):
        if _are_tokenizer(path.name for path in scan.files(folder)):
            return folder
    raise UserError(
        f"No tokenizer found beside {weights.name}: expected tokenizer.json, or vocab.json and merges.txt, in "
        f"{near.name} or {near.name}/tokenizer. Put the tokenizer's files there, or choose one in 'tokenizer'."
    )


def config_of(weights: Path) -> Path | None:
    """The configuration beside the weights, or that of the pipeline's text encoder."""
    for folder in (weights.parent, weights.parent / SUBFOLDER):
        for name in CONFIGS:
            if os.path.isfile(folder / name):
                return folder / name
    return None


def _weights_in(folder: Path, names: Iterable[str]) -> Path | None:
    """The best of the files in a folder and in its text_encoder/; None where none has a text encoder's name."""
    found = [(*rank, 0, folder / name) for name in names if (rank := _rank(name))]
    found += [(*rank, 1, path) for path in scan.files(folder / SUBFOLDER) if (rank := _rank(path.name))]
    return min(found)[-1] if found else None


def _rank(name: str) -> tuple[int | str, ...]:
    """What goes first among weight files is the smallest; () for what is none by its name."""
    listed, match = INDEX.search(name), NAME.fullmatch(INDEX.sub("", name).lower())
    if match is None or match["stem"] not in STEMS or _ending(name) not in (*SAFE, *PICKLED):
        return ()
    variant = match["variant"] or (listed["variant"] if listed else None) or ""
    known = VARIANTS.index(variant) if variant in VARIANTS else len(VARIANTS)
    return _ending(name) not in SAFE, STEMS.index(match["stem"]), known, variant, listed is not None, name


def _ending(name: str) -> str:
    """`.safetensors`, also of what lists such shards."""
    return os.path.splitext(INDEX.sub("", name))[1].lower()


def _are_tokenizer(names: Iterable[str]) -> bool:
    return {"tokenizer.json"} <= (known := set(names)) or {"vocab.json", "merges.txt"} <= known
