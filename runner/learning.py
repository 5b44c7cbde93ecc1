"""What learns in ComfyUI, started from the command line: a workflow with what was typed."""

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..nodes.ground import UserError
from . import places
from .language import warn


@dataclass(frozen=True)
class Learning:
    """A workflow of the pack that learns from a dataset."""

    workflow: str
    """In `workflows/api`."""
    dataset: str
    """The input of the workflow that names what is learned from."""
    inputs: Mapping[str, str]
    """Option -> input of the workflow; what is not given stays as the workflow has it."""
    states: str
    """Folder of the output folder where runs keep their state."""
    left_out: tuple[str, ...] = ()
    """Nodes that the command line does not need."""


def add_places(command: argparse.ArgumentParser) -> None:
    """Options of every training: where results go, and which server learns."""
    command.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="of report and loss graph")
    command.add_argument(
        "--server", action="append", default=[], metavar="URL", help="a running ComfyUI; without it one is started"
    )
    command.set_defaults(ray=None)


def check(options: argparse.Namespace) -> None:
    """Say what cannot be meant, before a server is started.

    Raises:
        UserError: several servers, or a folder for a server that is not ours.
    """
    if len(options.server) > 1:
        raise UserError("Training runs on one server: name --server once.")
    if options.server and "base" in options:
        raise UserError(
            "--base is for a ComfyUI that is started here, and --server names one that runs: leave one out."
        )


def train(options: argparse.Namespace, learning: Learning, base: Path | None, url: str) -> None:
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

    path = places.PACK / "workflows" / "api" / f"{learning.workflow}.json"
    document = {key: node for key, node in workflow.load(path).items() if key not in learning.left_out}
    dataset = options.dataset if base is None else called(options.dataset, base)
    settings = [(learning.dataset, dataset)]
    settings += [
        (place, given) for name, place in learning.inputs.items() if (given := getattr(options, name)) is not None
    ]
    try:
        made = asyncio.run(run(url, document, settings, [Path.cwd()], options.out))
    except Interrupted:
        runs = base / "output" / learning.states if base else f"output/{learning.states}"
        warn(f"dancheong: interrupted; --resume RUN goes on, its name is in {runs}")
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
