"""Nodes that exist only in the browser: the editor works with them, and the server never hears of them.

Packs bring such nodes of their own, and a file does not say which they are. They are told by what they are called and
how they are connected, where the server does not know their type.
"""

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any

from .widget_values import Node

WITHOUT_EFFECT = frozenset(
    json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))["without effect"]
)
"""Notes, labels, and switches whose work is done: what they muted or bypassed is saved as muted or bypassed."""
PRIMITIVE = "PrimitiveNode"
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
OF_THE_SERVER = "Node name for S&R"
"""A property that the editor gives every node whose type a server declared."""


class Role(Enum):
    """What a node of the browser does for the graph."""

    SILENT = "nothing"
    REROUTE = "passes its input on"
    PRIMITIVE = "holds a value"
    SET = "passes its input on, and to every node that asks for its name"
    GET = "stands for the node that set its name"


def role(node: Node, declared: dict[str, Any]) -> Role | None:
    """What a node of the browser does; None for a node of the server, be it there or missing.

    Args:
        declared: the server's /object_info.
    """
    kind: str = node["type"]
    if kind in WITHOUT_EFFECT:
        return Role.SILENT
    if kind in ("Reroute", PRIMITIVE):
        return Role.REROUTE if kind == "Reroute" else Role.PRIMITIVE
    if kind in declared:
        return None
    words = _words(kind)
    sockets = len(node["inputs"]), len(node["outputs"])
    if "reroute" in words and sockets == (1, 1):
        return Role.REROUTE
    if words[-2:] == ["set", "node"] and sockets[0] == 1:
        return Role.SET
    if words[-2:] == ["get", "node"] and sockets == (0, 1):
        return Role.GET
    # What has no socket and never was a server's can have a part in nothing.
    is_apart = sockets == (0, 0) and OF_THE_SERVER not in (node.get("properties") or {})
    return Role.SILENT if is_apart else None


def variable(node: Node) -> tuple[tuple[str, ...], str] | None:
    """By what a setting and a getting node find each other: their pack's words, and the name; None without a name."""
    values = node["widgets_values"]
    named = next(iter(values.values() if isinstance(values, dict) else values), None)
    return (tuple(_words(node["type"])[:-2]), named) if isinstance(named, str) and named else None


def _words(kind: str) -> list[str]:
    return [word.lower() for word in WORD.findall(kind)]
