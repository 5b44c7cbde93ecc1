"""A workflow as the editor saves it, made into API form as the editor's own Export (API) makes it.

What has no counterpart in API form is resolved here: notes, reroutes, primitives, subgraphs, muted and bypassed nodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...nodes.ground import UserError
from .widget_values import Node, stored_values

Link = tuple[Any, int]
"""The node that a link comes from, and which of its outputs."""

MUTED, BYPASSED = 2, 4
SILENT = {"Note", "MarkdownNote"}
REROUTE, PRIMITIVE = "Reroute", "PrimitiveNode"
ENTRANCE, EXIT = -10, -20
"""Ids of a subgraph's own ends."""


@dataclass
class Value:
    """A plain value in place of a link."""

    value: Any


@dataclass
class Level:
    """A graph, or the inside of one instance of a subgraph."""

    graph: dict[str, Any]
    path: str = ""
    parent: "Level | None" = None
    instance: Node = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.nodes: dict[Any, Node] = {node["id"]: node for node in self.graph["nodes"]}
        self.links: dict[Any, Link] = {}
        self.leaving: dict[int, Link] = {}
        for link in self.graph["links"]:
            number, origin, slot, target, entry = _ends(link)
            self.links[number] = origin, slot
            if target == EXIT:
                self.leaving[entry] = origin, slot


def is_editor_form(document: Any) -> bool:
    return isinstance(document, dict) and "nodes" in document and "links" in document


def to_api(document: dict[str, Any], declared: dict[str, Any]) -> dict[str, dict]:
    """
    Args:
        document: the file's JSON.
        declared: the server's /object_info.

    Returns:
        Node id -> {"class_type", "inputs", "_meta"}; a node inside a subgraph is called INSTANCE:NODE.

    Raises:
        UserError: the server lacks a node's type, a node carries more values than its type has inputs, or the file
            was damaged by hand.
    """
    try:
        graph = _Graph(document, declared)
        prompt = {level.path + str(node["id"]): graph.entry(level, node) for level, node in graph.working()}
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError, RecursionError) as error:
        raise UserError(
            f"The workflow does not hold together ({type(error).__name__}: {error}): open it in the editor and save it "
            "again."
        ) from error
    for entry in prompt.values():  # a link to a muted node is no link
        entry["inputs"] = {
            name: value
            for name, value in entry["inputs"].items()
            if not (isinstance(value, list) and len(value) == 2) or value[0] in prompt
        }
    return prompt


class _Graph:
    def __init__(self, document: dict[str, Any], declared: dict[str, Any]) -> None:
        self._declared = declared
        definitions = document.get("definitions") or {}
        self._subgraphs: dict[str, dict[str, Any]] = {graph["id"]: graph for graph in definitions.get("subgraphs", [])}
        self._levels: dict[str, Level] = {}
        self._top = Level(document)

    def working(self) -> Iterator[tuple[Level, Node]]:
        """Every node that is executed, wherever it stands."""
        yield from self._inside(self._top)

    def _inside(self, level: Level) -> Iterator[tuple[Level, Node]]:
        for node in level.nodes.values():
            if node.get("mode") in (MUTED, BYPASSED) or node["type"] in SILENT | {REROUTE, PRIMITIVE}:
                continue
            if node["type"] in self._subgraphs:
                yield from self._inside(self._level(level, node))
            else:
                yield level, node

    def _level(self, level: Level, instance: Node) -> Level:
        path = f"{level.path}{instance['id']}:"
        if path not in self._levels:
            self._levels[path] = Level(self._subgraphs[instance["type"]], path, level, instance)
        return self._levels[path]

    def entry(self, level: Level, node: Node) -> dict[str, Any]:
        kind = node["type"]
        if kind not in self._declared:
            raise UserError(
                f"Node {level.path}{node['id']} is a {kind}, which this server does not have: install the pack that "
                "brings it, or take the node out."
            )
        inputs = stored_values(node, self._declared[kind])
        for slot, socket in enumerate(node.get("inputs") or []):
            origin = self._input(level, node, slot)
            if isinstance(origin, Value):
                inputs[socket["name"]] = origin.value
            elif origin is not None:
                inputs[socket["name"]] = list(origin)
        title = node.get("title") or self._declared[kind].get("display_name") or kind
        return {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}

    def _input(self, level: Level, node: Node, slot: int, wanted: str = "") -> Link | Value | None:
        """Where an input's link comes from, past everything that is not executed."""
        socket = node["inputs"][slot]
        link = level.links.get(socket.get("link"))
        if link is None:
            return None
        return self._from(level, link, wanted or socket["type"])

    def _from(self, level: Level, link: Link, wanted: str) -> Link | Value | None:
        origin, slot = link
        if origin != ENTRANCE:
            return self._output(level, level.nodes[origin], slot, wanted)
        assert level.parent is not None
        name = level.graph["inputs"][slot]["name"]
        for outer, outside in enumerate(level.instance.get("inputs") or []):
            if outside["name"] == name and outside.get("link") is not None:
                return self._input(level.parent, level.instance, outer, wanted)
        return self._promoted(level, name)

    def _output(self, level: Level, node: Node, slot: int, wanted: str) -> Link | Value | None:
        if node.get("mode") == BYPASSED:
            through = _through(node, slot, wanted)
            return None if through is None else self._input(level, node, through, wanted)
        if node["type"] == REROUTE:
            return self._input(level, node, 0, wanted)
        if node["type"] == PRIMITIVE:
            return Value(node["widgets_values"][0])
        if node["type"] in self._subgraphs and node.get("mode") != MUTED:
            inside = self._level(level, node)
            link = inside.leaving.get(slot)
            return None if link is None else self._from(inside, link, wanted)
        return f"{level.path}{node['id']}", slot

    def _promoted(self, level: Level, name: str) -> Value | None:
        """The value that a subgraph's own widget holds, in the order of its inputs that are widgets."""
        widgets = [socket["name"] for socket in level.instance["inputs"] if socket.get("widget")]
        values = level.instance.get("widgets_values") or []
        if name in widgets and widgets.index(name) < len(values):
            return Value(values[widgets.index(name)])
        return None


def _ends(link: Any) -> tuple[Any, Any, int, Any, int]:
    """Id, origin, its slot, target, its slot; the outer graph's links are lists, those of a subgraph tables."""
    if isinstance(link, dict):
        return tuple(link[key] for key in ("id", "origin_id", "origin_slot", "target_id", "target_slot"))
    return tuple(link[:5])


def _through(node: Node, slot: int, wanted: str) -> int | None:
    """The input that a bypassed node passes on at an output: the one across, else the first of the same type."""
    types = [socket["type"] for socket in node.get("inputs") or []]
    given = node["outputs"][slot]["type"]
    if wanted in ("*", ""):
        return slot if slot < len(types) else (0 if types else None)
    if slot < len(types) and _fits(types[slot], given) and _fits(types[slot], wanted):
        return slot
    if wanted in types:
        return types.index(wanted)
    return next((index for index, kind in enumerate(types) if _fits(kind, given)), None)


def _fits(one: str, other: str) -> bool:
    """Types are lists parted by commas; a star is any."""
    left, right = set(str(one).lower().split(",")), set(str(other).lower().split(","))
    return "*" in left | right or bool(left & right)
