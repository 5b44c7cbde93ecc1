"""Folders that belong to ComfyUI: the pack's own model folders, its input files, its datasets."""

import os
from pathlib import Path

import folder_paths

from ..ground import UserError, scan

# Folder under models/ -> file endings listed. A folder that ComfyUI creates itself would list every file.
OWN_FOLDERS = {
    "fonts": {".ttf", ".otf", ".ttc"},
    "ocr": {".onnx", ".pth", ".h5", ".safetensors"},
    "inpaint": {".pt", ".pth", ".safetensors"},
    "watermarks": {".safetensors"},
    "diffste": {".safetensors", ".ckpt"},
    "icc": {".icc", ".icm"},
    "storygen": {".safetensors", ".bin"},
}


def register() -> None:
    """Add the pack's folders to what ComfyUI and other packs already know under the same name."""
    for name, endings in OWN_FOLDERS.items():
        paths, known = folder_paths.folder_names_and_paths.get(name, ([], set()))
        own = str(Path(folder_paths.models_dir) / name)
        folder_paths.folder_names_and_paths[name] = ([*paths, *([] if own in paths else [own])], {*known, *endings})


def input_file(name: str) -> Path:
    """A file of ComfyUI's input folder.

    Raises:
        UserError: it is not there, or the name leads out of the folder.
    """
    path = find_input(name)
    if path is None:
        raise UserError(f"Expected a file of ComfyUI's input folder, got {name!r}: put the file there.")
    return path


def find_input(name: str) -> Path | None:
    """The same, or None."""
    path = _inside(Path(folder_paths.get_input_directory()), name)
    return path if path is not None and os.path.isfile(path) else None


def dataset(name: str) -> Path:
    """A file or folder of ComfyUI's input folder or of its datasets folder.

    Raises:
        UserError: it is in neither, or the name leads out of them.
    """
    for place in (Path(folder_paths.get_input_directory()), *roots("datasets")):
        path = _inside(place, name)
        if path is not None and os.path.exists(path):
            return path
    raise UserError(
        f"There is no dataset {name!r}: put the file or folder into ComfyUI's input or datasets folder and "
        "give its name."
    )


def _inside(folder: Path, name: str) -> Path | None:
    """What a name means below a folder; None where it means the folder, leads out of it or can be no name."""
    try:
        path = (folder / name.strip()).resolve()
        root = folder.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a zero byte
        return None
    return path if path != root and path.is_relative_to(root) else None


def roots(folder: str) -> list[Path]:
    """Every place that ComfyUI looks in for a model folder."""
    return [Path(path) for path in folder_paths.get_folder_paths(folder)]


def files(folder: str, more: frozenset[str] = frozenset()) -> dict[str, Path]:
    """The files of a model folder under the names that ComfyUI gives them, by name.

    Args:
        more: endings beside those that ComfyUI lists there.

    ComfyUI's own list stops the whole pack at a folder that this user may not enter, and holds pipes and sockets.
    """
    _, endings = folder_paths.folder_names_and_paths[folder]
    listed = {*endings, *more} if endings else endings
    found: dict[str, Path] = {}
    for root in roots(folder):
        for place, names in scan.walk(root):
            where = "" if place == root else os.path.relpath(place, root)
            for name in names:
                if not listed or os.path.splitext(name)[1].lower() in listed:
                    found.setdefault(os.path.join(where, name), place / name)
    return dict(sorted(found.items()))
