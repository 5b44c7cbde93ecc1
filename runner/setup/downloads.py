"""A model's file from a release, the Hugging Face hub or Google Drive: whole, or one sentence why not.

Each source has a library of its own, and each library errors of its own; here they become one.
"""

import json
import zipfile
from pathlib import Path

from ...nodes.ground import UserError


class DownloadFailed(UserError):
    """A file did not come, or not whole."""


def from_release(url: str, sha256: str, target: Path) -> None:
    """Fetch a release's file and compare its checksum.

    Raises:
        DownloadFailed: no connection, no such file, other bytes.
    """
    import pooch

    try:
        pooch.retrieve(url, f"sha256:{sha256}", fname=target.name, path=target.parent, progressbar=True)
    # requests' errors are OSErrors; pooch's own for a wrong checksum is a ValueError.
    except (OSError, ValueError) as error:
        raise DownloadFailed(str(error)) from error


def from_hub(repository: str, file: str, folder: Path) -> None:
    """Fetch a file of a repository on the Hugging Face hub, to `folder / file`.

    Raises:
        DownloadFailed: no connection, no such file, cut off, or a web page in its place.
    """
    from huggingface_hub import errors, hf_hub_download

    # The library under it has changed twice, so its HTTPError is taken from there; the Rust part raises its own.
    http: type[Exception] = errors.HTTPError  # pyright: ignore[reportPrivateImportUsage]
    rust: type[Exception] = getattr(errors, "XetDownloadError", RuntimeError)
    try:
        hf_hub_download(repository, file, local_dir=folder)
    except (OSError, errors.EntryNotFoundError, http, rust) as error:
        raise DownloadFailed(str(error)) from error
    check_complete(folder / file)


def from_drive(url: str, target: Path) -> None:
    """Fetch a shared file of Google Drive.

    Raises:
        DownloadFailed: no connection, not shared, too often fetched today, cut off, or a web page in its place.
    """
    import gdown
    from gdown.exceptions import DownloadError

    try:
        gdown.download(url, str(target))
    except (OSError, DownloadError) as error:  # requests' errors are OSErrors
        raise DownloadFailed(str(error)) from error
    check_complete(target)


def check_complete(path: Path) -> None:
    """Refuse a file that breaks off or is a web page, where no checksum is known.

    Raises:
        DownloadFailed: says what the file is instead.
    """
    with open(path, "rb") as file:
        head = file.read(8)
    if head.lstrip()[:1] == b"<":
        raise DownloadFailed(f"{path.name} is a web page: the source asks for a login or is gone")
    checks = {".safetensors": _is_safetensors, ".json": _is_json, ".txt": _is_filled}
    if not checks.get(path.suffix, zipfile.is_zipfile)(path):
        raise DownloadFailed(f"{path.name} is damaged or cut off at {path.stat().st_size} bytes")


def _is_safetensors(path: Path) -> bool:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np"):  # reads the header, and compares it with the file's length
            return True
    except SafetensorError:
        return False


def _is_filled(path: Path) -> bool:
    return path.stat().st_size > 0


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True
