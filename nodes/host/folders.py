"""Folders that belong to ComfyUI: the pack's own model folders, its input files, its datasets."""

from pathlib import Path

import folder_paths

from ..ground import UserError

# Folder under models/ -> file endings listed. A folder that ComfyUI creates itself would list every file.
OWN_FOLDERS = {
    "fonts": {".ttf", ".otf", ".ttc"},
    "ocr": {".onnx", ".pth", ".h5", ".safetensors"},
    "inpaint": {".pt", ".pth", ".safetensors"},
    "watermarks": {".safetensors"},
    "diffste": {".safetensors", ".ckpt"},
    "icc": {".icc", ".icm"},
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
    folder = Path(folder_paths.get_input_directory()).resolve()
    path = (folder / name.strip()).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def dataset(name: str) -> Path:
    """A file or folder of ComfyUI's input folder or of its datasets folder.

    Raises:
        UserError: it is in neither, or the name leads out of them.
    """
    places = [Path(folder_paths.get_input_directory()), *roots("datasets")]
    for place in places:
        path = (place / name.strip()).resolve()
        if name.strip() and path.is_relative_to(place.resolve()) and path != place.resolve() and path.exists():
            return path
    raise UserError(
        f"There is no dataset {name!r}: put the file or folder into ComfyUI's input or datasets folder and "
        "give its name."
    )


def roots(folder: str) -> list[Path]:
    """Every place that ComfyUI looks in for a model folder."""
    return [Path(path) for path in folder_paths.get_folder_paths(folder)]
