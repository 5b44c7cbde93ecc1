"""Folders that belong to ComfyUI: the pack's own model folders, and where results go."""

import json
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


def model_files(folder: str) -> list[Path]:
    """Every listed file of a model folder, as full paths."""
    return [model_file(folder, name) for name in names(folder)]


def names(folder: str) -> list[str]:
    """What a loader offers: every listed file of a model folder, relative to it."""
    return folder_paths.get_filename_list(folder)


def model_file(folder: str, name: str) -> Path:
    """The file of that name; ComfyUI's error says where it looked."""
    return Path(folder_paths.get_full_path_or_raise(folder, name))


def input_file(name: str) -> Path:
    """A file of ComfyUI's input folder.

    Raises:
        UserError: it is not there, or the name leads out of the folder.
    """
    folder = Path(folder_paths.get_input_directory()).resolve()
    path = (folder / name.strip()).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise UserError(f"Expected a file of ComfyUI's input folder, got {name!r}: put the file there.")
    return path


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


def next_output(prefix: str, width: int, height: int) -> tuple[Path, str, str, int]:
    """The place of the next result, by ComfyUI's own rules for prefixes such as `covers/%date:yyyy%`.

    Returns:
        folder, file name stem, sub-folder as the editor shows it, first free counter.

    Raises:
        UserError: the folder cannot be made or read.
    """
    try:
        folder, stem, counter, subfolder, _ = folder_paths.get_save_image_path(
            prefix, folder_paths.get_output_directory(), width, height
        )
    except OSError as error:
        raise UserError(
            f"Expected a folder that can be written for {prefix!r}, got {error.strerror or error}: choose another "
            "filename_prefix."
        ) from error
    return Path(folder), stem, subfolder, counter


def metadata_disabled() -> bool:
    """Whether the user asked ComfyUI to keep workflows out of saved files."""
    from comfy.cli_args import args

    return args.disable_metadata


def metadata(prompt: object, extra: dict[str, object] | None) -> dict[str, str]:
    """The workflow as text chunks, as ComfyUI's own Save Image keeps it, so that the file can be dropped on the editor
    again; nothing where the user asked ComfyUI to keep workflows out of files.
    """
    if metadata_disabled():
        return {}
    chunks = {"prompt": prompt, **(extra or {})}
    return {key: json.dumps(value) for key, value in chunks.items() if value is not None}
