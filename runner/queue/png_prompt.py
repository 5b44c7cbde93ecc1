"""The prompt that ComfyUI keeps inside a PNG: it tells which job made the picture.

The chunk is `tEXt` or `iTXt` with the keyword `prompt` (PNG specification, 11.3.3); its text is the prompt as JSON.
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from .job import Job
from .workflow import Prompt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"prompt\0"
TEXTS = {b"tEXt", b"iTXt"}


def made_by(job: Job, node_id: str, data: bytes) -> bool | None:
    """Whether a file was made by a job's node, or by the same work in an earlier prompt, which the server keeps.

    Returns:
        None: the file holds no prompt, so nothing can be said.
    """
    for kind, body in _chunks(data):
        if kind in TEXTS and body.startswith(KEYWORD):
            if job.mark.encode() in body:
                return True
            try:
                told = json.loads(body[body.index(b"{") :])
                return _works(job.prompt)[node_id] in _works(told).values()
            except (ValueError, LookupError, TypeError, AttributeError):  # another program's prompt
                return None
    return None


def unmarked(data: bytes, mark: str) -> bytes:
    """The same file; where it is a PNG, the prompt in it is without the mark."""
    if mark.encode() not in data:
        return data
    parts = [SIGNATURE]
    for kind, body in _chunks(data):
        if kind in TEXTS and body.startswith(KEYWORD):
            body = body.replace(mark.encode(), b"")
        parts += [struct.pack(">I", len(body)), kind, body, struct.pack(">I", zlib.crc32(kind + body))]
    return b"".join(parts) if len(parts) > 1 else data


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and body of each chunk; nothing where the file is no PNG, or none that is whole."""
    if not (data.startswith(SIGNATURE) and data.endswith(b"IEND\xae\x42\x60\x82")):
        return
    place = len(SIGNATURE)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def _works(prompt: Prompt) -> dict[str, str]:
    """Node id -> what it does, with all that comes before it, whatever ids and titles the nodes have."""
    found: dict[str, str] = {}

    def work(node_id: str) -> str:
        if node_id not in found:
            found[node_id] = ""  # a circle, which ComfyUI would refuse, must end here
            node = prompt[node_id]
            inputs = {name: value_of(value) for name, value in node["inputs"].items()}
            text = json.dumps([node["class_type"], inputs], sort_keys=True)
            found[node_id] = hashlib.sha256(text.encode()).hexdigest()
        return found[node_id]

    def value_of(value: Any) -> Any:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and value[0] in prompt:
            return [work(value[0]), value[1]]
        # The server casts what it is given: 1 to 1.0 where an input is a FLOAT, 2024 to "2024".
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return value if isinstance(value, list | dict) else str(value)

    for node_id in prompt:
        work(node_id)
    return found
