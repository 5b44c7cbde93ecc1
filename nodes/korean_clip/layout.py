"""Where the parts of a text encoder lie: weights, tokenizer and configuration, in the layouts that people download.

A full CLIPModel folder, a diffusers pipeline (the encoder in text_encoder/, at the root, or both), a single file with
its tokenizer beside it or elsewhere.
"""

from pathlib import Path

from ..ground import UserError
from ..ground.tensor_file import SAFE

PICKLED = (".bin", ".ckpt", ".pt", ".pth")
FOLDER_WEIGHTS = ("model{}", "text_encoder/model{}", "pytorch_model{}", "text_encoder/pytorch_model{}")
AUTO = "auto"


def encoders(roots: list[Path]) -> dict[str, Path]:
    """What can be chosen: folders with weights (their names end in /), then every weight file."""
    folders: dict[str, Path] = {}
    files: dict[str, Path] = {}
    for root in roots:
        for path in sorted(root.rglob("*")):
            if path.suffix in (*SAFE, *PICKLED) and path.is_file():
                files.setdefault(path.relative_to(root).as_posix(), path)
            elif path.is_dir() and _weights_in(path) is not None and path.name != "text_encoder":
                folders.setdefault(path.relative_to(root).as_posix() + "/", path)
    return {**folders, **files}


def tokenizers(roots: list[Path]) -> dict[str, Path]:
    """Every folder with a tokenizer in it."""
    return {
        path.relative_to(root).as_posix(): path
        for root in roots
        for path in sorted(root.rglob("*"))
        if path.is_dir() and _holds_tokenizer(path)
    }


def weights_of(choice: Path) -> Path:
    """The weight file of a chosen file or folder; .safetensors goes before what is pickled.

    Raises:
        UserError: the folder has none.
    """
    if choice.is_file():
        return choice
    found = _weights_in(choice)
    if found is None:
        names = ", ".join(pattern.format(".safetensors") for pattern in FOLDER_WEIGHTS)
        raise UserError(
            f"The folder {choice.name} holds no text encoder: expected one of {names}, or the same as .bin."
        )
    return found


def tokenizer_of(choice: Path, weights: Path) -> Path:
    """The tokenizer folder that belongs to the weights: in the chosen folder, beside them, or one level up.

    Raises:
        UserError: there is none.
    """
    near = choice if choice.is_dir() else weights.parent
    for folder in (
        near,
        near / "tokenizer",
        weights.parent,
        weights.parent.parent / "tokenizer",
        weights.parent.parent,
    ):
        if _holds_tokenizer(folder):
            return folder
    raise UserError(
        f"No tokenizer found beside {weights.name}: expected tokenizer.json, or vocab.json and merges.txt, in "
        f"{near.name} or {near.name}/tokenizer. Put the tokenizer's files there, or choose one in 'tokenizer'."
    )


def config_of(weights: Path) -> Path | None:
    """The configuration beside the weights, or that of the pipeline's text encoder."""
    for path in (weights.with_name("config.json"), weights.parent / "text_encoder" / "config.json"):
        if path.is_file():
            return path
    return None


def _weights_in(folder: Path) -> Path | None:
    for endings in (SAFE, PICKLED):
        for pattern in FOLDER_WEIGHTS:
            for ending in endings:
                path = folder / pattern.format(ending)
                if path.is_file():
                    return path
    return None


def _holds_tokenizer(folder: Path) -> bool:
    pair = (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    return pair or (folder / "tokenizer.json").is_file()
