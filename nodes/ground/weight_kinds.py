"""What lies in a file under the name of weights, by its first bytes; nothing of it is read."""

import zipfile
from pathlib import Path

from . import UserError

SAFE = (".safetensors", ".sft")
TEXTS = {
    b"version https://git-lfs.github.com/spec/": "a Git LFS pointer, which only names the model: run `git lfs pull` "
    "where it was cloned, or download the file itself",
    b"<": "a web page, not a model: the download asked for a login or a confirmation; get it again",
    b"{": "JSON text, not a model: the download gave an answer without the file; get it again",
    b"[": "JSON text, not a model: the download gave an answer without the file; get it again",
}
"""How a text begins that was saved under the name of weights, and what to do."""
KINDS = {
    b"\x89HDF": "a Keras file (HDF5)",
    b"GGUF": "a GGUF file",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\xfd7zXZ": "an xz archive",
    b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"\x93NUMPY": "a NumPy file",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"RIFF": "a WebP picture",
}
"""The same for what is no text."""
TAR = slice(257, 262), b"ustar"
"""Where a tar archive says what it is; PyTorch wrote such files before 2017."""
SAFE_BEGINNING = b"\0\0\0{"
"""From the sixth byte on: the end of the header's length, and the header, which is JSON."""
LEGACY = b"\x80\x02"
"""A pickle, as torch.save wrote it before 2020."""
PYTORCH, SCRIPT, ZIP = "a PyTorch file", "a TorchScript program", "a zip archive"
REMEDIES = {
    PYTORCH: "give its name the ending .pt",
    SCRIPT: "get the weights as .safetensors",
    ZIP: "unpack it, and take the weight file in it",
}


def is_safe(path: Path) -> bool:
    """Whether a file's name says that it is a safetensors file, which can hold nothing but tensors."""
    return path.suffix.lower() in SAFE


def refuse_other_kinds(path: Path) -> None:
    """Say what a file is where it plainly is no weight file.

    Raises:
        UserError: it cannot be read, is empty, a web page, a Git LFS pointer, JSON, an archive or a picture, or its
            name has the ending of the other kind of weight file.
    """
    try:
        with open(path, "rb") as file:
            beginning = file.read(512)
    except OSError as error:
        raise UserError(
            f"{path.name} cannot be read ({error.strerror}): see to its rights, or get it again."
        ) from error
    if not beginning:
        raise UserError(f"{path.name} is empty: the download did not begin; get it again.")
    if beginning[5:9] == SAFE_BEGINNING:
        if not is_safe(path):
            raise UserError(f"{path.name} is a safetensors file: rename it, so that its name ends in .safetensors.")
        return
    text = b"" if b"\0" in beginning else beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, kind in TEXTS.items():
        if text.startswith(start):
            raise UserError(f"{path.name} is {kind}.")
    kinds = {b"": "a tar archive"} if beginning[TAR[0]] == TAR[1] else KINDS
    for start, kind in kinds.items():
        if beginning.startswith(start):
            raise UserError(
                f"{path.name} is {kind}, not a file of weights: unpack or convert it, or get the right one."
            )
    if beginning.startswith(b"PK\x03\x04"):
        kind = archive_kind(path)
        if kind == ZIP or is_safe(path):
            raise UserError(f"{path.name} is {kind}, not {_expected(path)}: {REMEDIES[kind]}.")
    elif is_safe(path) and beginning.startswith(LEGACY):
        raise UserError(f"{path.name} is {PYTORCH}, not {_expected(path)}: {REMEDIES[PYTORCH]}.")


def archive_kind(path: Path) -> str:
    """What a zip archive is."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.rpartition("/")[2] for name in archive.namelist()}
    except Exception:  # a damaged archive makes zipfile raise errors of many kinds; the reader's own follows
        return PYTORCH
    return SCRIPT if "constants.pkl" in names else PYTORCH if "data.pkl" in names else ZIP


def _expected(path: Path) -> str:
    return "a safetensors file" if is_safe(path) else "a file of weights"
