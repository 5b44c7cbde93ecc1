"""A job saves under names of its own, so that what is fetched by its name is never another job's.

Servers that share a base directory number their results in one folder, each for itself, and take the same number. So
the `filename_prefix` of every node gets a mark that no other job has; on this side names are without it again.
"""

import posixpath
import uuid
from dataclasses import dataclass
from typing import Any

from .workflow import Prompt

PREFIX = "filename_prefix"
JOIN = "StringConcatenate"
"""ComfyUI's own node; it puts the mark behind a prefix that another node makes."""


@dataclass(frozen=True)
class Job:
    """A prompt that a server has queued."""

    id: str
    """What the server calls it."""
    prompt: Prompt
    """As it was queued: it names the uploaded pictures and holds the mark."""
    mark: str
    """Stands in the names of its files; no other job has it."""


def new_mark() -> str:
    """Letters and digits only: it means nothing to a file system or to ComfyUI's rules for names."""
    return f"-{uuid.uuid4().hex[:12]}"


def put(mark: str, prompt: Prompt, declared: dict[str, Any]) -> None:
    """Put the mark behind every `filename_prefix`: typed, linked, or left to an output node's default.

    Only nodes that save are changed: what comes before them is still found in the server's cache.

    Args:
        mark: from `new_mark`.
        prompt: is changed.
        declared: the server's /object_info.
    """
    for node_id, node in list(prompt.items()):
        declaration, inputs = declared.get(node["class_type"], {}), node["inputs"]
        prefix = inputs.get(PREFIX, _default(declaration))
        if isinstance(prefix, str):
            # `folder/` is a name to ComfyUI; with something behind the slash it would be a folder.
            inputs[PREFIX] = posixpath.normpath(prefix) + mark
        elif isinstance(prefix, list) and JOIN in declared:
            joined = f"{PREFIX}-{node_id}"
            prompt[joined] = {
                "class_type": JOIN,
                "inputs": {"string_a": prefix, "string_b": mark, "delimiter": ""},
                "_meta": {"title": PREFIX},
            }
            inputs[PREFIX] = [joined, 0]


def _default(declaration: dict[str, Any]) -> str | None:
    """A required input that is missing stays missing: the server says so."""
    spec = declaration.get("input", {}).get("optional", {}).get(PREFIX, ())
    return spec[1].get("default") if declaration.get("output_node") and len(spec) > 1 else None
