"""PororoSV (Li and others, "StoryGAN", CVPR 2019) as it is passed on: stories of five clips, each a tall picture.

`img_cache4.npy` names the first clip of each story, `following_cache4.npy` the four after it, `descriptions.npy` what
each shows, `train_seen_unseen_ids.npy` which stories are for training. The last two are pickles inside, and are read
without being run.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ...ground import UserError
from ...news import RefusedRow
from .frame import Frame, Story
from .stored import array, objects, plain

FIRST, NEXT, TOLD, SPLIT = "img_cache4.npy", "following_cache4.npy", "descriptions.npy", "train_seen_unseen_ids.npy"


def is_one(path: Path) -> bool:
    """Whether a folder has this layout."""
    return (path / FIRST).is_file()


def stories(path: Path) -> Iterator[Story | RefusedRow]:
    """The stories for training.

    Raises:
        UserError: a file of the layout is missing or is none.
    """
    first, following = plain(path / FIRST), plain(path / NEXT)
    (told,) = objects(path / TOLD)
    if not isinstance(told, dict):
        raise UserError(f"{path.name}/{TOLD} is no table of descriptions: get it again.")
    numbers = np.sort(array(objects(path / SPLIT)[0])).tolist()
    if len(first) != len(following) or not all(0 <= number < len(first) for number in numbers):
        raise UserError(f"{path.name}: {FIRST}, {NEXT} and {SPLIT} do not belong together: get them again.")
    for number in numbers:
        clips = [_name(clip) for clip in (first[number], *following[number])]
        try:
            yield Story(clips[0], tuple(Frame(_told(told, clip), path / clip, clip=True) for clip in clips))
        except UserError as error:
            yield RefusedRow(clips[0], str(error))


def _name(value: Any) -> str:
    """A name that may be text, bytes, or bytes that were written as Python shows them."""
    text = value.decode() if isinstance(value, bytes) else str(value)
    return text[2:-1] if text.startswith(("b'", 'b"')) else text


def _told(told: dict[Any, Any], clip: str) -> str:
    lines = told.get(clip.removesuffix(".png"))
    if not lines:
        raise UserError(f"{TOLD} says nothing of a picture ({clip}).")
    return " ".join(str(lines if isinstance(lines, str) else lines[0]).split())
