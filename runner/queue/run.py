"""`dancheong run`: one workflow, from a file to the files that it makes."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ...nodes.ground.whole_file import named, new_part, write_whole
from ..language import spoken, warn
from ..progress import Bar
from . import workflow
from .client import Client
from .execution import UNCERTAIN, Interrupted, fetch, follow, results, submit
from .interrupt import on_interrupt
from .job import Job

NUMBERED = re.compile(r"(.*_)(\d{5})(_?\.\w+)")
"""As ComfyUI counts results in a folder: `cover_00001_.png`."""


async def run(
    url: str, document: dict[str, Any], settings: list[workflow.Setting], search: list[Path], out: Path
) -> list[Path]:
    """Queue a workflow, show how it goes, fetch what it made.

    Args:
        url: the server.
        document: the workflow in either form, as `workflow.load` gives it.
        settings: inputs to change in it.
        search: folders in which the files named by the workflow are looked up.
        out: folder for the results; it is made.

    Returns:
        The written files.

    Raises:
        UserError: refused or failed, with the node's own message.
        Interrupted: after Ctrl-C, once the server has stopped the prompt.
    """
    async with Client(url, spoken()) as client:
        declared = await client.object_info()
        prompt = workflow.prompt(document, settings, declared)
        job = await submit(client, prompt, declared, search)
        with closing(_Display(prompt)) as display:
            shown = await _finish(client, job, display)
        return [path async for path in _written(client, job, shown, out)]


class _Display:
    """Says which node runs; on a terminal also how far it is."""

    def __init__(self, prompt: workflow.Prompt) -> None:
        self._prompt = prompt
        self._bar: Bar | None = None
        self.started = False

    def __call__(self, kind: str, data: dict[str, Any]) -> None:
        self.started = True
        if kind == "executing":
            self.close()
            if data.get("node"):
                print(f"{workflow.title(self._prompt, data['node'])} ...", file=sys.stderr, flush=True)
        elif kind == "progress" and sys.stderr.isatty():
            if self._bar is None or self._bar.total != data["max"]:
                self.close()
                self._bar = Bar(data["max"], "steps")
            self._bar.reach(data["value"])

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = None


async def _finish(client: Client, job: Job, display: _Display) -> dict[str, dict[str, Any]]:
    """What the nodes showed; Ctrl-C cancels the prompt on the server, running or still waiting."""

    async def cancel() -> None:
        await client.cancel(job.id)
        # A prompt that is taken out of the queue sends no event.
        if not display.started:
            work.cancel()

    loop = asyncio.get_running_loop()
    work = loop.create_task(follow(client, job, display))
    cancelling: set[asyncio.Task[None]] = set()
    try:
        with on_interrupt(lambda: cancelling.add(loop.create_task(cancel()))):
            return await work
    except asyncio.CancelledError:
        raise Interrupted from None


async def _written(client: Client, job: Job, shown: dict[str, dict[str, Any]], out: Path) -> AsyncIterator[Path]:
    names: set[str] = set()
    for result in results(shown):
        made = await fetch(client, job, result)
        name = made.name or f"{result[0]}.txt"
        if name in names:  # two nodes, two folders on the server, one name
            name = f"{result[0]}_{name}"
        names.add(name)
        path = _kept(out / name, made.data)
        if not made.certain:
            warn(f"dancheong: {path.name}: {UNCERTAIN}")
        yield path


def _kept(path: Path, data: bytes) -> Path:
    """Write a result. What an earlier run has left under the same number stays, and this one is numbered on."""
    if not NUMBERED.fullmatch(path.name):
        write_whole(path, data)
        return path
    part = path.with_name(new_part())
    write_whole(part, data)
    try:
        while not named(part, path):
            path = path.with_name(NUMBERED.sub(_next, path.name))
    finally:
        part.unlink(missing_ok=True)
    return path


def _next(name: re.Match[str]) -> str:
    stem, number, ending = name.groups()
    return f"{stem}{int(number) + 1:0{len(number)}}{ending}"
