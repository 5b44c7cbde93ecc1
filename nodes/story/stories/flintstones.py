"""FlintstonesSV (Maharana and Bansal 2021) as it is passed on: stories of five clips, each an array of pictures.

`flintstones_annotations_v1-0.json` says what each clip shows, `following_cache4.pkl`, a pickle that is read without
being run, which four come after it, `train-val-test_split.json` which clips begin a story for training.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...ground import UserError, text_file
from ...news import RefusedRow
from .frame import Frame, Story
from .stored import unpickled

TOLD, NEXT, SPLIT = "flintstones_annotations_v1-0.json", "following_cache4.pkl", "train-val-test_split.json"
CLIPS = "video_frames_sampled"
AFTER = 4
"""Clips after the first."""


def is_one(path: Path) -> bool:
    """Whether a folder has this layout."""
    return (path / TOLD).is_file()


def stories(path: Path) -> Iterator[Story | RefusedRow]:
    """The stories for training.

    Raises:
        UserError: a file of the layout is missing or is none.
    """
    entries = (entry for entry in _json(path / TOLD, list) if isinstance(entry, dict))
    told = {str(entry.get("globalID")): entry.get("description") for entry in entries}
    following = unpickled(path / NEXT)
    if not isinstance(following, dict):
        raise UserError(f"{path.name}/{NEXT} does not say which clips follow which: get it again.")
    for first in map(str, _json(path / SPLIT, dict).get("train", [])):
        after = following.get(first)
        if not isinstance(after, list | tuple) or len(after) != AFTER:
            continue  # too near the end of its film to begin a story
        try:
            yield Story(first, tuple(_frame(path, str(clip), told) for clip in (first, *after)))
        except UserError as error:
            yield RefusedRow(first, str(error))


def _frame(path: Path, clip: str, told: dict[str, Any]) -> Frame:
    if not told.get(clip):
        raise UserError(f"{TOLD} says nothing of a clip ({clip}).")
    return Frame(" ".join(str(told[clip]).split()), path / CLIPS / f"{clip}.npy")


def _json(path: Path, kind: type) -> Any:
    try:
        found = json.loads(text_file.read(path))
    except (OSError, ValueError) as error:
        raise UserError(f"{path.name} could not be read ({error}): get it again.") from error
    if not isinstance(found, kind):
        raise UserError(f"{path.name} holds no {kind.__name__} of JSON: get it again.")
    return found
