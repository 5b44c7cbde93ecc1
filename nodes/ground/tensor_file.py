"""Tensors from a file that somebody else made; nothing in it is ever executed."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch

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
MOST_DESCRIBED = 1 << 24
"""Bytes of the pickle in an archive; thousands of tensors take 1 MB."""
ASKS_FOR_CODE = ("Unsupported global", "Unsupported class", "Trying to load", "operand 149")
"""What torch says of a pickle that asks for more than tensors, unlike of one that makes no sense; 149 is a frame, which
Python's own pickles have and torch's have not."""


class Parameters(dict[str, Any]):
    """What is read where a file has torch's ParameterDict, as textual inversion of 2022 saved it."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.update(state["_parameters"])


def is_safe(path: Path) -> bool:
    """Whether a file's name says that it is a safetensors file, which can hold nothing but tensors."""
    return path.suffix.lower() in SAFE


def read_tensors(path: Path) -> tuple[Any, dict[str, str]]:
    """What the file holds, and what a safetensors header says of it.

    A safetensors file gives named tensors; of any other only tensors, numbers, texts and containers are read.

    Raises:
        UserError: something else, damaged, cut off, or a pickle that holds more.
    """
    refuse_other_kinds(path)
    if is_safe(path):
        from safetensors import safe_open
        from safetensors.torch import load_file

        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
            # In the order of the file, not of the alphabet: some take a file's first tensor.
            return load_file(path), metadata
        except Exception as error:  # its own error, and torch's for what a header asks of it
            raise UserError(f"{path.name} is damaged or cut off ({_short(error)}): get it again.") from error
    try:
        _refuse_bombs(path)
        with torch.serialization.safe_globals([(Parameters, "torch.nn.modules.container.ParameterDict")]):
            return torch.load(path, map_location="cpu", weights_only=True), {}
    except UserError:
        raise
    except Exception as error:  # a damaged file makes torch raise errors of every kind
        raise UserError(_refusal(path, error)) from error


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
        kind = _zipped(path)
        if kind == ZIP or is_safe(path):
            raise UserError(f"{path.name} is {kind}, not {_expected(path)}: {REMEDIES[kind]}.")
    elif is_safe(path) and beginning.startswith(LEGACY):
        raise UserError(f"{path.name} is {PYTORCH}, not {_expected(path)}: {REMEDIES[PYTORCH]}.")


def _refuse_bombs(path: Path) -> None:
    """Refuse an archive that would fill the memory: torch compresses nothing but programs' code.

    Raises:
        UserError: which member it is.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            packed = member.compress_type != zipfile.ZIP_STORED and "/code/" not in member.filename
            if packed or (member.filename.endswith(".pkl") and member.file_size > MOST_DESCRIBED):
                raise UserError(
                    f"{path.name} was refused, as PyTorch does not write its member {member.filename} of "
                    f"{member.file_size / 1e6:,.0f} MB so: get it again."
                )


def _refusal(path: Path, error: Exception) -> str:
    """Why torch did not read a file."""
    zipped = zipfile.is_zipfile(path)
    if zipped and _zipped(path) == SCRIPT:
        return f"{path.name} is {SCRIPT}, which would have to run: {REMEDIES[SCRIPT]}."
    # The parts of a zip archive have checksums: what is in one was meant.
    if isinstance(error, pickle.UnpicklingError) and (zipped or any(words in str(error) for words in ASKS_FOR_CODE)):
        return f"{path.name} holds more than tensors and was refused, as loading it could run code: take .safetensors."
    return f"{path.name} is damaged or no weight file ({_short(error)}): get it again."


def _zipped(path: Path) -> str:
    """What a zip archive is."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.rpartition("/")[2] for name in archive.namelist()}
    except Exception:  # a damaged archive makes zipfile raise errors of many kinds; torch's own follows
        return PYTORCH
    return SCRIPT if "constants.pkl" in names else PYTORCH if "data.pkl" in names else ZIP


def _expected(path: Path) -> str:
    return "a safetensors file" if is_safe(path) else "a file of weights"


def _short(error: Exception) -> str:
    """An error of somebody else's in a few words."""
    return (str(error).splitlines() or [""])[0].split(". ")[0] or type(error).__name__
