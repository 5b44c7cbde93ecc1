"""`dancheong train story` and `train storyboard`: the workflows of these names with what was typed."""

import argparse
from typing import Any

from .learning import Learning, add_places

COMMON = {
    name: f"4.{place}"
    for name, place in {
        "side": "side",
        "steps": "steps",
        "batch": "batch_size",
        "learning_rate": "learning_rate",
        "seed": "seed",
        "name": "name",
        "resume": "resume",
    }.items()
}
STORY = Learning(
    workflow="train_story",
    dataset="4.stories",
    inputs={"checkpoint": "3.ckpt_name", **COMMON, "stage": "4.stage", "noise_levels": "4.noise_levels"},
    states="story_runs",
)
STORYBOARD = Learning(
    workflow="train_storyboard",
    dataset="4.stories",
    inputs={
        "checkpoint": "3.ckpt_name",
        **COMMON,
        "frames": "4.frames",
        "columns": "4.columns",
        "rank": "4.rank",
        "global_weight": "4.global_weight",
    },
    states="storyboard_runs",
)


def add(kinds: Any, base: argparse.ArgumentParser) -> None:
    """`train story` and `train storyboard`."""
    story = _added(
        kinds, base, "story", "StoryGen's image attention, from a folder of stories; a stopped run goes on", "512"
    )
    story.add_argument("--steps", metavar="N", help="default: 5000")
    story.add_argument("--batch", metavar="N", help="pictures a step (default: 4)")
    story.add_argument("--stage", metavar="NAME", help="auto-regressive or multi-image (default: auto-regressive)")
    story.add_argument("--noise-levels", metavar="NAME", help="'as published' or 'more high' (default: as published)")
    board = _added(kinds, base, "storyboard", "a LoRA on storyboards, from a folder of stories", "256")
    board.add_argument("--steps", metavar="N", help="default: 2000")
    board.add_argument("--batch", metavar="N", help="boards a step (default: 1)")
    board.add_argument("--frames", metavar="N", help="of a board (default: 4)")
    board.add_argument("--columns", metavar="N", help="frames side by side (default: 2)")
    board.add_argument("--rank", metavar="N", help="how much the LoRA can hold (default: 16)")
    board.add_argument("--global-weight", metavar="X", help="of the whole story beside each caption (default: 0.5)")


def _added(kinds: Any, base: argparse.ArgumentParser, name: str, said: str, side: str) -> argparse.ArgumentParser:
    command = kinds.add_parser(name, parents=[base], help=said)
    command.add_argument(
        "dataset", metavar="STORIES", help="a folder in the folder input or datasets of --base, or its name"
    )
    command.add_argument("--checkpoint", metavar="FILE", help="in models/checkpoints (default: Stable Diffusion 1.5)")
    command.add_argument("--side", metavar="PX", help=f"of the squares that are learned from (default: {side})")
    command.add_argument("--learning-rate", metavar="X", help="default: 0.0001")
    command.add_argument("--seed", metavar="N")
    command.add_argument("--name", metavar="NAME", help="of the file that is learned")
    command.add_argument("--resume", metavar="RUN", help="a stopped run to go on with, such as my-story_001")
    add_places(command)
    return command
