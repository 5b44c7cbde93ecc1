"""`dancheong train topic`: the workflow `train_topic_dataset` with what was typed."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

from ..nodes.ground import UserError
from . import places

WORKFLOW = places.PACK / "workflows" / "api" / "train_topic_dataset.json"
SAVED = "6"
"""The node that gives a topic a name of one's own: a run on the command line keeps its topic under the run's name."""
INPUTS = {
    "checkpoint": "3.ckpt_name",
    "text_encoder": "4.text_encoder",
    "topic": "5.topic",
    "only": "5.only",
    "side": "5.side",
    "vectors": "5.vectors",
    "steps": "5.steps",
    "batch": "5.batch_size",
    "learning_rate": "5.learning_rate",
    "seed": "5.seed",
    "first_words": "5.init_text",
    "resume": "5.resume",
}
"""Option -> input of the workflow; what is not given stays as the workflow has it."""


def add(kinds: Any, base: argparse.ArgumentParser) -> None:
    """`train topic`."""
    topic = kinds.add_parser(
        "topic", parents=[base], help="a topic prompt, from what `dancheong curate` wrote; a stopped run goes on"
    )
    topic.add_argument(
        "dataset", metavar="DATASET", help="a file or folder in the folder input or datasets of --base, or its name"
    )
    topic.add_argument("--topic", required=True, metavar="NAME", help="what it is called, in a word or two")
    topic.add_argument("--checkpoint", metavar="FILE", help="in models/checkpoints (default: Stable Diffusion 1.5)")
    topic.add_argument("--text-encoder", metavar="NAME", help="in models/text_encoders (default: my-korean-...)")
    topic.add_argument("--only", metavar="A,B", help="rows of these topics (default: all)")
    topic.add_argument("--side", metavar="PX", help="of the squares that are learned from (default: 512)")
    topic.add_argument("--vectors", metavar="N", help="default: 8")
    topic.add_argument("--steps", metavar="N", help="default: 5000")
    topic.add_argument("--batch", metavar="N", help="pictures a step (default: 4)")
    topic.add_argument("--learning-rate", metavar="X", help="default: 0.005")
    topic.add_argument("--seed", metavar="N")
    topic.add_argument("--first-words", metavar="TEXT", help="to begin with (default: the topic's name)")
    topic.add_argument("--resume", metavar="RUN", help="a stopped run to go on with, such as economy_001")
    topic.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="of report and loss graph")
    topic.add_argument(
        "--server", action="append", default=[], metavar="URL", help="a running ComfyUI; without it one is started"
    )
    topic.set_defaults(ray=None)


def check(options: argparse.Namespace) -> None:
    """Say what cannot be meant, before a server is started.

    Raises:
        UserError: several servers, or a folder for a server that is not ours.
    """
    if len(options.server) > 1:
        raise UserError("A topic is learned on one server: name --server once.")
    if options.server and "base" in options:
        raise UserError(
            "--base is for a ComfyUI that is started here, and --server names one that runs: leave one out."
        )


def train(options: argparse.Namespace, base: Path | None, url: str) -> None:
    """Learn on a server; its report is printed, and where all that it made lies.

    Args:
        base: of the server, where it is our own.

    Raises:
        UserError: a dataset where the server does not look, and whatever the node refuses.
        KeyboardInterrupt: after Ctrl-C, once the server has stopped.
    """
    from .queue import workflow
    from .queue.execution import Interrupted
    from .queue.run import run

    document = {key: node for key, node in workflow.load(WORKFLOW).items() if key != SAVED}
    dataset = options.dataset if base is None else called(options.dataset, base)
    settings = [("5.dataset", dataset)]
    settings += [(place, given) for name, place in INPUTS.items() if (given := getattr(options, name)) is not None]
    try:
        made = asyncio.run(run(url, document, settings, [Path.cwd()], options.out))
    except Interrupted:
        runs = base / "output" / "topic_runs" if base else "output/topic_runs"
        print(f"dancheong: interrupted; --resume RUN goes on, its name is in {runs}", file=sys.stderr)
        raise KeyboardInterrupt from None
    print(*(path.read_text(encoding="utf-8") for path in made if path.suffix == ".txt"), *made, sep="\n")


def called(dataset: str, base: Path) -> str:
    """What a server calls a dataset: its place below one of the folders where it looks.

    Raises:
        UserError: it lies elsewhere.
    """
    path = Path(dataset).resolve()
    if not path.exists():
        return dataset
    for folder in ((base / "input").resolve(), (base / "datasets").resolve()):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    home = base / "datasets"
    raise UserError(
        f"ComfyUI reads datasets in {home}, and {dataset} lies elsewhere: move it there, or have it written there by "
        f"`dancheong curate ... --out {home / path.name}`."
    )
