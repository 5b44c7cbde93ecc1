"""Which of the known layouts a folder has, and its stories."""

from collections.abc import Iterator
from pathlib import Path

from ...ground import UserError
from ...news import RefusedRow
from . import flintstones, folder, pororo
from .frame import Story


def stories(path: Path) -> Iterator[Story | RefusedRow]:
    """Every story to learn from, in a fixed order, and those that cannot be.

    Args:
        path: a folder of stories, each a folder of pictures with a line of `captions.txt` for each or a text file of
            the same name beside each; or a copy of PororoSV or FlintstonesSV as published, of which the stories for
            training are taken.

    Raises:
        UserError: none of these, or one that lacks a part.
    """
    if not path.is_dir():
        raise UserError(f"Expected a folder of stories, got the file {path.name}: unpack it, and name the folder.")
    for layout in (pororo, flintstones):
        if layout.is_one(path):
            return layout.stories(path)
    return folder.stories(path)
