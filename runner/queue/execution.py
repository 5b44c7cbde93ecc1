"""One prompt's way through a server: its pictures go up, its events are followed, what it made comes back."""

import errno
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ...nodes.ground import UserError
from . import workflow
from .client import Client, Unable
from .job import Job, new_mark, put
from .png_prompt import made_by, unmarked

FULL = os.strerror(errno.ENOSPC)
"""As Python says it wherever the server runs: a full disk."""
COMMON_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}

Show = Callable[[str, dict[str, Any]], None]
"""Is told each event of a prompt: its type and its data."""
Result = tuple[str, dict[str, Any] | str]
"""The id of a node and what it made: a file as /view knows it, or a text."""
UNCERTAIN = "it could not be checked that this is this job's file; its node names files without filename_prefix"
"""What is said of a result that nothing tells from another job's."""


@dataclass(frozen=True)
class Made:
    """A result that has been fetched."""

    name: str
    """As the workflow names it, without the job's mark; "" for a text."""
    data: bytes
    certain: bool
    """Known to be this job's; a file that neither carries the mark nor holds a prompt may be another's."""


class Interrupted(Exception):
    """The prompt was interrupted, here or from another client."""


async def submit(client: Client, prompt: workflow.Prompt, declared: dict[str, Any], search: list[Path]) -> Job:
    """Upload the pictures that a prompt names, give its results names of their own, and queue it.

    Args:
        prompt: is changed: it names the uploaded pictures afterwards, and holds the job's mark.
        declared: the server's /object_info.
        search: folders in which the files named by the prompt are looked up.

    Raises:
        UserError: a damaged picture, or the server refuses the prompt.
    """
    for (node_id, name), path in workflow.local_files(prompt, declared, search).items():
        prompt[node_id]["inputs"][name] = await client.upload(path.name, picture(path))
    mark = new_mark()
    put(mark, prompt, declared)
    return Job(await client.queue(prompt), prompt, mark)


def picture(path: Path) -> bytes:
    """The file's content; a damaged one is refused here, by its name: ComfyUI would say "Truncated File Read".

    Raises:
        UserError: it cannot be read, is empty, or is a picture of a common format that cannot be read to its end.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} could not be read ({error.strerror or error}); expected a picture.") from error
    if not data:
        raise UserError(f"{path} is empty; expected a picture.")
    if path.suffix.lower() in COMMON_PICTURES:
        try:
            with Image.open(io.BytesIO(data)) as opened:
                opened.load()
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow's, by format
            raise UserError(f"{path} is damaged or no picture ({error}); expected a {path.suffix[1:]} file.") from error
    return data


async def follow(client: Client, job: Job, show: Show) -> dict[str, dict[str, Any]]:
    """Wait for the end of a job; each of its events goes to `show`.

    Returns:
        Node id -> what it showed: lists of files, lists of texts. The events carry it, cached nodes' too; the server's
        history has it only some time after the end.

    Raises:
        UserError: a node failed, the server's disk is full (Unable), or the connection broke off (Unreachable).
        Interrupted: the prompt was interrupted on the server.
    """
    shown: dict[str, dict[str, Any]] = {}
    async for kind, data in client.follow(job.id):
        show(kind, data)
        if kind == "executed" and data["output"]:
            shown[data["node"]] = data["output"]
        if kind == "execution_error":
            name = workflow.title(job.prompt, data["node_id"])
            said = data["exception_message"].strip()
            raise (Unable if FULL in said else UserError)(f"Node {data['node_id']} ({name}): {said}")
        if kind == "execution_interrupted":
            raise Interrupted
    return shown


def results(shown: dict[str, dict[str, Any]]) -> Iterator[Result]:
    """What is worth keeping of what nodes showed."""
    for node_id, output in shown.items():
        entries = [entry for values in output.values() if isinstance(values, list) for entry in values]
        files = {
            (file["type"], file.get("subfolder"), file["filename"]): file
            for file in entries
            if isinstance(file, dict) and "filename" in file
        }
        saved = [file for (kind, *_), file in files.items() if kind == "output"]
        # Previews count where a node has nothing else: a workflow that only previews still has results.
        for file in saved or files.values():
            yield node_id, file
        texts = [text for text in output.get("text") or [] if isinstance(text, str)]
        if texts:
            yield node_id, "\n".join(texts)


async def fetch(client: Client, job: Job, result: Result) -> Made:
    """A result's content; a file is fetched from the server.

    Raises:
        UserError: the server has no such file any more, or another job has written over it.
    """
    node_id, made = result
    if isinstance(made, str):
        return Made("", made.encode(), certain=True)
    data = await client.fetch(made)
    name = Path(made["filename"]).name  # some nodes put the folder before it
    if job.mark in name:
        return Made(name.replace(job.mark, ""), unmarked(data, job.mark), certain=True)
    own = made_by(job, node_id, data)
    if own is False:
        title = workflow.title(job.prompt, node_id)
        raise UserError(
            f"{name} of node {node_id} ({title}) is another job's by now: servers share its folder, and the "
            "node has no filename_prefix. Run it again, or give each server a base directory of its own."
        )
    return Made(name, unmarked(data, job.mark), certain=bool(own))
