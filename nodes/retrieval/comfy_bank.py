"""A bank as a node gets it: own lists, a file and typed lines; and its vectors, kept from run to run."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import folder_paths
import numpy as np

from ..ground import UserError
from ..ground.whole_file import writing_whole
from ..host import folders
from ..host.models import stamp
from ..host.progress import Progress
from ..korean_clip import origin_of
from . import own
from .bank import Bank, file_lines, parse
from .comfy_space import ClipSpace

AUTO, BOTH, NONE = "auto", "both", "none"
LISTS = (AUTO, *own.LANGUAGES, BOTH, NONE)
"""What a node offers of the pack's own lists."""
BLOCK = 8192
"""Entries whose vectors are made, and held, at once."""
LEAST, MOST = 100, 16
"""Vectors of fewer entries are made anew, as that takes a moment; of the others so many files are kept."""


def chosen(kind: str, lists: str, file: str, typed: str, clip: Any) -> Bank:
    """The bank that a node's inputs mean: a file, own lists and typed lines, one behind the other.

    Args:
        kind: styles or phrases.
        lists: one of `LISTS`; auto is the list in the CLIP's language where there is neither file nor line.
        file: of ComfyUI's input folder; "" for none.
        typed: lines.

    Raises:
        UserError: no entry in all of them, or a file that is not there or cannot be read.
    """
    bank = parse(_lines(kind, lists, file.strip(), typed, clip))
    if not len(bank):
        raise UserError(
            f"The bank of {kind} is empty: type lines of category, tab, words, name a text file of ComfyUI's input "
            f"folder, or choose one of the pack's lists. {bank.told()}".strip()
        )
    return bank


def fingerprint(file: str | None) -> str | float:
    """What `fingerprint_inputs` answers for the file of a bank."""
    if file is None:
        return float("nan")  # linked: not known yet
    path = folders.find_input(file) if file.strip() else None
    return stamp(path) if path else ""


def vectors(space: ClipSpace, bank: Bank) -> np.ndarray:
    """`[N,D]` float32 of a bank's entries; a large bank's lie in a file, of which only what is asked for is read.

    They are made once for a bank and an encoder, and the same to the bit from the file.
    """
    progress = Progress(len(bank))
    signature = space.signature(bank) if len(bank) >= LEAST else None
    if signature is None:
        return space.texts(bank, progress.step)
    folder = Path(folder_paths.get_system_user_directory("dancheong")) / "embeddings"
    path = folder / f"{bank.digest()[:32]}-{signature[:32]}.npy"
    found = _opened(path)
    if found is not None:
        os.utime(path)
        return found
    with writing_whole(path) as out:
        header = {"descr": "<f4", "fortran_order": False, "shape": (len(bank), space.width)}
        np.lib.format.write_array_header_1_0(out, header)
        for start in range(0, len(bank), BLOCK):
            out.write(space.texts(bank[start : start + BLOCK], progress.step).astype("<f4").tobytes())
    _keep_newest(folder)
    return np.load(path, mmap_mode="r")


def cut(space: ClipSpace, bank: Bank) -> int:
    """How many entries are longer than the encoder reads."""
    # A token is a byte at least, so that most need not be looked at.
    sizes = np.diff(bank.ends, prepend=0)
    long = [bank[int(place)] for place in np.flatnonzero(sizes > space.longest)]
    return space.fits(long).count(False)


def _lines(kind: str, lists: str, file: str, typed: str, clip: Any) -> Iterator[str]:
    if file:
        yield from file_lines(folders.input_file(file))
    if lists == AUTO:
        own_lists = () if file or typed.strip() else ("korean" if origin_of(clip) else "english",)
    else:
        own_lists = {BOTH: tuple(own.LANGUAGES), NONE: ()}.get(lists, (lists,))
    yield from own.lines(kind, own_lists)
    yield from typed.splitlines()


def _opened(path: Path) -> np.ndarray | None:
    """What was kept; None where nothing was, or where somebody cut it."""
    with suppress(OSError, ValueError):
        return np.load(path, mmap_mode="r")
    return None


def _keep_newest(folder: Path) -> None:
    """The files that were used last, as each may be hundreds of MB; one that is in use may refuse to go."""
    used = sorted(folder.glob("*.npy"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in used[MOST:]:
        with suppress(OSError):
            path.unlink()
