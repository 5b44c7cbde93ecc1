"""Which file ComfyUI takes when a prompt says `embedding:NAME`.

Source: comfy/sd1_clip.py of ComfyUI, load_embed: a name is looked for in every folder and sub-folder, in an order that
differs from one start to the next; in each without an ending before .safetensors, .pt and .bin.
"""

import os
import re
import unicodedata
from functools import cached_property
from pathlib import Path

from comfy.sd1_clip import expand_directory_list

from ..ground import UserError, scan
from .brackets import is_number

ENDINGS = ("", ".safetensors", ".pt", ".bin")
NOT_IN_NAMES = re.compile(r"[\s,:()<\[\\]")


class Embeddings:
    """What lies in folders of embeddings, as a prompt calls it.

    Args:
        roots: the folders, as a tokenizer of ComfyUI has them.
    """

    def __init__(self, roots: list[str]) -> None:
        self._roots = roots

    def name_of(self, path: Path) -> str:
        """The shortest name that calls this file and can call no other.

        Raises:
            UserError: there is none.
        """
        if not self._roots:
            raise UserError(f"This CLIP was made without a folder of embeddings: load it anew to use {path.name}.")
        if not os.path.isfile(path):
            raise UserError(f"{path} is not there any more: load the topic anew.")
        places = [path.relative_to(root).as_posix() for root in self._roots if path.is_relative_to(root)]
        if not places:
            raise UserError(f"This CLIP does not look for embeddings where {path} lies: load the CLIP anew.")
        if all(NOT_IN_NAMES.search(place) for place in places):
            raise UserError(
                f"A prompt cannot call {places[0]!r}: rename the file without blanks, commas, colons and brackets."
            )
        rivals: list[Path] = []
        for place in (place for place in places if not NOT_IN_NAMES.search(place)):
            for name in (place.removesuffix(path.suffix), place):
                found = self.files(name)
                others = [file for file in found if not is_same(file, path)]
                if found and not others and not is_number(name):
                    return name
                rivals += others
        raise UserError(f"ComfyUI may take {rivals[-1]} where {path} is called: rename one of them.")

    def files(self, name: str) -> list[Path]:
        """Every file that ComfyUI may take for a name; the first is what it takes since it was started."""
        found: dict[Path, None] = {}
        for folder in self._folders:
            path = os.path.abspath(os.path.join(folder, name))
            if _is_inside(path, folder):
                # Not Path.is_file: it raises where a name is too long to be one.
                found |= dict.fromkeys([Path(path + ending) for ending in ENDINGS if os.path.isfile(path + ending)][:1])
        return list(found)

    def find(self, name: str) -> str | None:
        """The name by which ComfyUI finds what a prompt means, whose letters may be composed otherwise (NFC, NFD)."""
        if not self.files(name):
            return self._by_letters.get(unicodedata.normalize("NFC", name))
        # In brackets a number is a weight.
        return name + self.files(name)[0].suffix if is_number(name) else name

    def like(self, name: str) -> str:
        """The name that is nearest to one that does not exist; empty where none is near."""
        import difflib

        # By the letters of a syllable, of which two words may differ in one.
        known = {unicodedata.normalize("NFD", name).casefold(): name for name in self._by_letters.values()}
        near = difflib.get_close_matches(unicodedata.normalize("NFD", name).casefold(), known, 1)
        return known[near[0]] if near else ""

    @cached_property
    def _folders(self) -> list[str]:
        return [os.path.abspath(folder) for folder in expand_directory_list(self._roots)]

    @cached_property
    def _by_letters(self) -> dict[str, str]:
        """Composed name -> name as it is written on the disk."""
        known: dict[str, str] = {}
        for root in map(Path, self._roots):
            for folder, names in scan.walk(root):
                parts = folder.relative_to(root).parts
                for name in names:
                    for begin in range(len(parts) + 1):
                        called = "/".join([*parts[begin:], name])
                        known.setdefault(unicodedata.normalize("NFC", called), called)
                        without = os.path.splitext(called)
                        if without[1] in ENDINGS:
                            known.setdefault(unicodedata.normalize("NFC", without[0]), without[0])
        return known


def _is_inside(path: str, folder: str) -> bool:
    try:
        return os.path.commonpath((folder, path)) == folder
    except ValueError:  # another drive
        return False


def is_same(one: Path, other: Path) -> bool:
    """Whether two names stand for one file, or for two of the same content."""
    return os.path.samefile(one, other) or (
        one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    )
