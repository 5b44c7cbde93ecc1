"""`dancheong run`: one workflow, from a file to the files that it makes."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from PIL import Image

from ...nodes.ground import UserError
from ...nodes.ground.whole_file import write_whole
from . import workflow
from .client import Client

INTERRUPTED = 130
Show = Callable[[workflow.Prompt, str, dict], None]
COMMON_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


class Interrupted(Exception):
    """The prompt was interrupted, here or from another client."""


async def run(url: str, document: dict, settings: list[workflow.Setting], search: list[Path], out: Path) -> list[Path]:
    """Queue a workflow, show how it goes, fetch what it made.

    Args:
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
    async with Client(url) as client:
        declared = await client.object_info()
        prompt = workflow.prompt(document, settings, declared)
        prompt_id = await submit(client, prompt, declared, search)
        shown = await _finish(client, prompt, prompt_id)
        return [path async for path in _written(client, shown, out)]


async def submit(client: Client, prompt: workflow.Prompt, declared: dict, search: list[Path]) -> str:
    """Upload the pictures that a prompt names, and queue it; returns its id."""
    for (node_id, name), path in workflow.local_files(prompt, declared, search).items():
        check_picture(path)
        prompt[node_id]["inputs"][name] = await client.upload(path)
    return await client.queue(prompt)


def check_picture(path: Path) -> None:
    """Refuse a damaged picture here, by its name; ComfyUI would say "Truncated File Read" after the upload.

    Raises:
        UserError: an empty file, or a picture of a common format that cannot be read to its end.
    """
    if not path.stat().st_size:
        raise UserError(f"{path} is empty; expected a picture.")
    if path.suffix.lower() in COMMON_PICTURES:
        try:
            with Image.open(path) as picture:
                picture.load()
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise UserError(f"{path} is damaged or no picture ({error}); expected a {path.suffix[1:]} file.") from error


async def outputs(client: Client, prompt: workflow.Prompt, prompt_id: str, show: Show) -> dict[str, dict]:
    """Wait for the end of a queued prompt; each of its events goes to `show`.

    Returns:
        Node id -> what it showed: lists of files, lists of texts. The events carry it, cached nodes' too; the server's
        history has it only some time after the end.

    Raises:
        UserError: a node failed, or the connection broke off (Unreachable).
        Interrupted: the prompt was interrupted on the server.
    """
    shown: dict[str, dict] = {}
    async for kind, data in client.follow(prompt_id):
        show(prompt, kind, data)
        if kind == "executed" and data["output"]:
            shown[data["node"]] = data["output"]
        if kind == "execution_error":
            raise UserError(_failure(prompt, data))
        if kind == "execution_interrupted":
            raise Interrupted
    return shown


async def _finish(client: Client, prompt: workflow.Prompt, prompt_id: str) -> dict[str, dict]:
    """The outputs; Ctrl-C cancels the prompt on the server, running or still waiting."""
    started = False

    def show(prompt: workflow.Prompt, kind: str, data: dict) -> None:
        nonlocal started
        started = True
        _show(prompt, kind, data)

    async def cancel() -> None:
        await client.cancel(prompt_id)
        # A prompt that is taken out of the queue sends no event.
        if not started:
            work.cancel()

    loop = asyncio.get_running_loop()
    work = loop.create_task(outputs(client, prompt, prompt_id, show))
    cancelling: set[asyncio.Task] = set()
    loop.add_signal_handler(signal.SIGINT, lambda: cancelling.add(loop.create_task(cancel())))
    try:
        return await work
    except asyncio.CancelledError:
        raise Interrupted from None
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def made(shown: dict[str, dict]) -> Iterator[tuple[str, dict | str]]:
    """What is worth keeping of what nodes showed: (node id, file as /view knows it, or text)."""
    for node_id, output in shown.items():
        entries = [entry for values in output.values() if isinstance(values, list) for entry in values]
        files = {
            (file["type"], file["filename"]): file for file in entries if isinstance(file, dict) and "filename" in file
        }
        saved = [file for (kind, _), file in files.items() if kind == "output"]
        # Previews count where a node has nothing else: a workflow that only previews still has results.
        for file in saved or files.values():
            yield node_id, file
        texts = [text for text in output.get("text") or [] if isinstance(text, str)]
        if texts:
            yield node_id, "\n".join(texts)


async def content(client: Client, result: dict | str) -> bytes:
    return result.encode() if isinstance(result, str) else await client.fetch(result)


async def _written(client: Client, shown: dict[str, dict], out: Path) -> AsyncIterator[Path]:
    written: set[Path] = set()
    for node_id, result in made(shown):
        path = out / (f"{node_id}.txt" if isinstance(result, str) else Path(result["filename"]).name)
        if path in written:  # two nodes, two folders on the server, one name
            path = path.with_name(f"{node_id}_{path.name}")
        written.add(path)
        write_whole(path, await content(client, result))
        yield path


def _show(prompt: workflow.Prompt, kind: str, data: dict) -> None:
    if kind == "executing" and data.get("node"):
        print(f"{workflow.title(prompt, data['node'])} ...", file=sys.stderr, flush=True)
    elif kind == "progress" and sys.stderr.isatty():
        print(f"\r  {data['value'] / max(data['max'], 1):4.0%} ", end="", file=sys.stderr, flush=True)


def _failure(prompt: workflow.Prompt, data: dict) -> str:
    return f"Node {data['node_id']} ({workflow.title(prompt, data['node_id'])}): {data['exception_message'].strip()}"
