"""One prompt's way through a server: its pictures go up, its events are followed, what it made comes back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from ...nodes.ground import UserError
from . import workflow
from .client import Client

COMMON_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}

Show = Callable[[str, dict[str, Any]], None]
"""Is told each event of a prompt: its type and its data."""
Result = tuple[str, dict[str, Any] | str]
"""The id of a node and what it made: a file as /view knows it, or a text."""


class Interrupted(Exception):
    """The prompt was interrupted, here or from another client."""


async def submit(client: Client, prompt: workflow.Prompt, declared: dict[str, Any], search: list[Path]) -> str:
    """Upload the pictures that a prompt names, and queue it; returns its id.

    Args:
        prompt: is changed: it names the uploaded pictures afterwards.
        declared: the server's /object_info.
        search: folders in which the files named by the prompt are looked up.

    Raises:
        UserError: a damaged picture, or the server refuses the prompt.
    """
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
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow's, by format
            raise UserError(f"{path} is damaged or no picture ({error}); expected a {path.suffix[1:]} file.") from error


async def follow(client: Client, prompt: workflow.Prompt, prompt_id: str, show: Show) -> dict[str, dict[str, Any]]:
    """Wait for the end of a queued prompt; each of its events goes to `show`.

    Returns:
        Node id -> what it showed: lists of files, lists of texts. The events carry it, cached nodes' too; the server's
        history has it only some time after the end.

    Raises:
        UserError: a node failed, or the connection broke off (Unreachable).
        Interrupted: the prompt was interrupted on the server.
    """
    shown: dict[str, dict[str, Any]] = {}
    async for kind, data in client.follow(prompt_id):
        show(kind, data)
        if kind == "executed" and data["output"]:
            shown[data["node"]] = data["output"]
        if kind == "execution_error":
            name = workflow.title(prompt, data["node_id"])
            raise UserError(f"Node {data['node_id']} ({name}): {data['exception_message'].strip()}")
        if kind == "execution_interrupted":
            raise Interrupted
    return shown


def results(shown: dict[str, dict[str, Any]]) -> Iterator[Result]:
    """What is worth keeping of what nodes showed."""
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


async def content(client: Client, made: dict[str, Any] | str) -> bytes:
    """The bytes of one result; a file is fetched from the server."""
    return made.encode() if isinstance(made, str) else await client.fetch(made)
