"""What a server would need for a workflow and does not have, told before a row is queued there."""

import re
from collections.abc import Collection
from typing import Any

from ..setup.models import remedy
from .declarations import choices, options, specs
from .workflow import Prompt, title

FILE = re.compile(r"(/|\.\w{2,12})$")
"""How names of model files and folders end; of other choices the server itself judges."""


def missing_node(prompt: Prompt, declared: dict[str, Any]) -> str | None:
    """A node whose type the server (its /object_info) does not have, in a sentence; None where there is none."""
    for node_id, node in prompt.items():
        if node["class_type"] not in declared:
            return (
                f"Node {node_id} ({title(prompt, node_id)}) is a {node['class_type']}, which it does not have: install "
                "the pack that brings it."
            )
    return None


def missing_file(prompt: Prompt, declared: dict[str, Any], given: Collection[tuple[str, str]]) -> str | None:
    """A model file that the server does not offer, in a sentence; None where there is none.

    Args:
        prompt: of nodes that the server has.
        declared: the server's /object_info.
        given: inputs, as (node id, name), that rows set for themselves.
    """
    for node_id, node in prompt.items():
        for name, spec in specs(declared[node["class_type"]], node["inputs"]).items():
            value = node["inputs"].get(name)
            if (node_id, name) in given or not isinstance(value, str) or not FILE.search(value):
                continue
            if any(key.endswith("upload") and on for key, on in options(spec).items()):
                continue  # it is sent along, or lies in a folder that no list names
            offered = choices(spec)
            if offered is not None and value not in offered:
                what = f"{name}: {value!r}"
                return f"Node {node_id} ({title(prompt, node_id)}) needs {what}, which it lacks{remedy(what) or '.'}"
    return None
