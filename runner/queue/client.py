"""ComfyUI's HTTP and websocket interface: queue, follow, fetch, interrupt."""

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import Any

import aiohttp

from ...nodes.ground import UserError, catalogue
from ..setup.models import remedy
from .workflow import Prompt, title

HEARTBEAT_SECONDS = 120
"""A server that does not answer a ping for half of this is gone; one that loads a model may be silent for a while."""
STEM_BYTES = 180
"""Of an uploaded picture's own name; most file systems take 255 for all of it."""
BROKEN = 500
"""Statuses from which on the server says that it failed; of a full disk it says no more."""
ENDS = {"execution_success", "execution_error", "execution_interrupted"}


class Unreachable(UserError):
    """The server does not answer, or the connection to it broke off."""


class Unable(UserError):
    """What went wrong is the server's trouble, such as a full disk: the same job may do well on another."""


class Client:
    """One connection to one server, as an async context manager.

    The websocket is opened before anything is queued, so that no event is missed.
    """

    def __init__(self, url: str, language: str = catalogue.SOURCE) -> None:
        """Nothing is asked of the server yet.

        Args:
            language: of what the nodes say.
        """
        self.url, self._language = url.rstrip("/"), language
        self._id = uuid.uuid4().hex
        self._session: aiohttp.ClientSession
        self._socket: aiohttp.ClientWebSocketResponse[bool]

    async def __aenter__(self) -> "Client":
        self._session = aiohttp.ClientSession()
        try:
            self._socket = await self._session.ws_connect(
                f"{self.url}/ws?clientId={self._id}", max_msg_size=0, heartbeat=HEARTBEAT_SECONDS
            )
        except (aiohttp.ClientError, OSError, UnicodeError) as error:  # the last: a name that no host can have
            await self._session.close()
            raise Unreachable(
                f"No ComfyUI answers at {self.url} ({error}): start it, or leave --server out."
            ) from error
        return self

    async def __aexit__(self, *_) -> None:
        await self._socket.close()
        await self._session.close()

    async def object_info(self) -> dict[str, Any]:
        """Every node that the server knows, with its inputs and outputs.

        Raises:
            Unreachable: a server that cannot say so can do nothing else either.
        """
        try:
            return await self._json("GET", "/object_info")
        except Unreachable:
            raise
        except UserError as error:
            raise Unreachable(str(error)) from error

    async def upload(self, name: str, data: bytes) -> str:
        """Send a picture to the server's input folder; returns the name by which a workflow calls it.

        The stored name carries the content's hash, so that the same picture again hits the server's cache. A file that
        is there is never written again, as another job may be reading it: the server keeps it where it is the same, and
        gives the picture another name where it is different or broken.

        Raises:
            Unable: the server cannot keep it.
        """
        stem, suffix = PurePath(name).stem, PurePath(name).suffix
        form = aiohttp.FormData(quote_fields=False)  # a name in percents has three times the bytes
        stored_name = f"{_shortened(stem)}-{hashlib.sha256(data).hexdigest()[:12]}{suffix}"
        form.add_field("image", data, filename=stored_name)
        form.add_field("subfolder", "dancheong")
        stored = await self._json("POST", "/upload/image", data=form)
        return f"{stored['subfolder']}/{stored['name']}" if stored.get("subfolder") else stored["name"]

    async def queue(self, prompt: Prompt) -> str:
        """Queue a prompt; returns its id.

        Raises:
            UserError: the server refuses it, or accepts only a part of it (it answers 200 then, with node errors).
        """
        # An empty table, so that nodes can add what saved pictures should say of themselves.
        extra = {"extra_pnginfo": {}, catalogue.ASKED: self._language}
        job = {"prompt": prompt, "client_id": self._id, "extra_data": extra}
        async with self._answer("POST", "/prompt", json=job) as answer:
            try:
                body = json.loads(await answer.text())
            except ValueError:
                raise UserError(f"{self.url} is not a ComfyUI server: it answered {answer.status}.") from None
        problems = describe_refusal(prompt, body)
        if problems:
            if "prompt_id" in body:
                await self.cancel(body["prompt_id"])
            raise UserError(problems)
        if "prompt_id" not in body:
            raise UserError(f"{self.url} did not take the prompt: it answered {answer.status} without saying why.")
        return body["prompt_id"]

    async def follow(self, prompt_id: str) -> AsyncIterator[tuple[str, dict]]:
        """The prompt's events as (type, data), ending with one of `ENDS`."""
        async for message in self._socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            kind, data = _event(message.data)
            if data.get("prompt_id") != prompt_id:
                continue
            yield kind, data
            if kind in ENDS:
                return
        raise Unreachable(f"The connection to {self.url} ended before the work was done.")

    async def fetch(self, file: dict) -> bytes:
        """A result's content, as the server names the file: filename, subfolder, type."""
        query = {key: file.get(key, "") for key in ("filename", "subfolder", "type")}
        async with self._answer("GET", "/view", params=query) as answer:
            if answer.status != 200:
                raise UserError(f"The server no longer has {file['filename']} (status {answer.status}).")
            return await answer.read()

    async def cancel(self, prompt_id: str) -> None:
        """Take the prompt out of the queue, or interrupt it where it runs."""
        for path, body in (("/queue", {"delete": [prompt_id]}), ("/interrupt", {"prompt_id": prompt_id})):
            async with self._answer("POST", path, json=body):
                pass

    async def _json(self, method: str, path: str, **options: Any) -> dict:
        async with self._answer(method, path, **options) as answer:
            try:
                answer.raise_for_status()
                return await answer.json()
            except (aiohttp.ClientResponseError, ValueError) as error:  # a status, another kind of answer, no JSON
                kind = Unable if answer.status >= BROKEN else UserError
                raise kind(f"{self.url}{path} failed: {error}.") from error

    @asynccontextmanager
    async def _answer(self, method: str, path: str, **options: Any) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        try:
            async with self._session.request(method, self.url + path, **options) as answer:
                yield answer
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, asyncio.TimeoutError) as error:
            raise Unreachable(f"The connection to {self.url} broke off ({error}).") from error


def _shortened(stem: str) -> str:
    """So much of a name that a hash, an ending and the server's ` (1)` still fit; file systems count bytes."""
    return stem.encode(errors="ignore")[:STEM_BYTES].decode(errors="ignore")


def _event(text: str) -> tuple[str, dict[str, Any]]:
    """Type and data; without data where it is none of ComfyUI's, as other packs send what they like."""
    try:
        match json.loads(text):
            case {"type": str(kind), "data": dict(data)}:
                return kind, data
            case _:
                return "", {}
    except (ValueError, RecursionError):
        return "", {}


def describe_refusal(prompt: Prompt, body: dict) -> str:
    """What the server had against a prompt, one line a problem; "" where it had nothing."""
    lines = []
    for node_id, node in (body.get("node_errors") or {}).items():
        for problem in node["errors"]:
            fault = f"{problem['message']}: {problem['details']}"
            lines.append(f"Node {node_id} ({title(prompt, node_id)}): {fault}{remedy(problem['details'])}")
    if not lines and "error" in body:
        error = body["error"] if isinstance(body["error"], dict) else {"message": body["error"]}
        lines.append(" ".join(str(error[key]) for key in ("message", "details") if error.get(key)))
    return "\n".join(lines)
