"""A workflow as the editor saves it, made into API form as the editor's own Export (API) makes it.

What has no counterpart in API form is resolved here: subgraphs, muted and bypassed nodes, and the nodes of the browser.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...nodes.ground import UserError
from . import editor_graph
from .browser_nodes import Role, role, variable
from .editor_graph import ENTRANCE, Graph, Link
from .widget_values import Node, api_value, stored_values

MUTED, BYPASSED = 2, 4
GROUP_NODE = ("workflow>", "workflow/")


@dataclass
class Value:
    """A plain value in place of a link."""

    value: Any


@dataclass
class Level:
    """The outer graph, or the inside of one instance of a subgraph."""

    graph: Graph
    path: str = ""
    parent: "Level | None" = None
    instance: Node = field(default_factory=dict)


class MissingNode(UserError):
    """The server lacks the type of a node."""


def to_api(document: dict[str, Any], declared: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A saved workflow in API form.

    Args:
        document: the file's JSON.
        declared: the server's /object_info.

    Returns:
        Node id -> {"class_type", "inputs", "_meta"}; a node inside a subgraph is called INSTANCE:NODE.

    Raises:
        MissingNode: the server lacks a node's type.
        UserError: a node carries more values than its type has inputs, or the file
            was damaged by hand.
    """
    workflow = _Workflow(document, declared)
    prompt = {level.path + str(node["id"]): workflow.entry(level, node) for level, node in workflow.working()}
    for entry in prompt.values():  # a link to a muted node is no link
        entry["inputs"] = {
            name: value
            for name, value in entry["inputs"].items()
            if not (isinstance(value, list) and len(value) == 2) or value[0] in prompt
        }
    return prompt


class _Workflow:
    def __init__(self, document: dict[str, Any], declared: dict[str, Any]) -> None:
        self._declared = declared
        outer, self._subgraphs = editor_graph.read(document)
        self._levels: dict[str, Level] = {}
        self._top = Level(outer)
        self._passed: set[tuple[str, Any, int]] = set()

    def working(self) -> Iterator[tuple[Level, Node]]:
        """Every node that is executed, wherever it stands."""
        yield from self._inside(self._top)

    def _inside(self, level: Level) -> Iterator[tuple[Level, Node]]:
        for node in level.graph.nodes.values():
            if node.get("mode") in (MUTED, BYPASSED) or role(node, self._declared):
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
        if kind.startswith(GROUP_NODE):
            raise UserError(
                f"Node {level.path}{node['id']} is a group node ({kind}), which only the editor can take apart: "
                "convert it to a subgraph there and save the file again."
            )
        if kind not in self._declared:
            raise MissingNode(
                f"Node {level.path}{node['id']} is a {kind}, which this server does not have: install the pack that "
                "brings it, or take the node out."
            )
        inputs = stored_values(node, self._declared[kind])
        for slot, socket in enumerate(node["inputs"]):
            self._passed.clear()
            origin = self._input(level, node, slot)
            if isinstance(origin, Value):
                inputs[socket["name"]] = api_value(origin.value)
            elif origin is not None:
                inputs[socket["name"]] = list(origin)
        title = node.get("title") or self._declared[kind].get("display_name") or kind
        return {"class_type": kind, "inputs": inputs, "_meta": {"title": title}}

    def _input(self, level: Level, node: Node, slot: int, wanted: str = "") -> Link | Value | None:
        """Where an input's link comes from, past everything that is not executed."""
        place = level.path, node["id"], slot
        if place in self._passed:
            raise UserError(f"The links of node {level.path}{node['id']} lead in a circle: take one of them out.")
        self._passed.add(place)
        socket = node["inputs"][slot]
        link = level.graph.links.get(socket.get("link"))
        if link is None:
            return None
        return self._from(level, link, wanted or socket["type"])

    def _from(self, level: Level, link: Link, wanted: str) -> Link | Value | None:
        origin, slot = link
        if origin != ENTRANCE:
            return self._output(level, level.graph.nodes[origin], slot, wanted)
        assert level.parent is not None
        name = level.graph.inputs[slot]
        for outer, outside in enumerate(level.instance["inputs"]):
            if outside["name"] == name and outside.get("link") is not None:
                return self._input(level.parent, level.instance, outer, wanted)
        return self._promoted(level, name)

    def _output(self, level: Level, node: Node, slot: int, wanted: str) -> Link | Value | None:
        if node.get("mode") == BYPASSED:
            through = _through(node, slot, wanted)
            return None if through is None else self._input(level, node, through, wanted)
        match role(node, self._declared):
            case Role.REROUTE | Role.SET:
                return self._input(level, node, 0, wanted)
            case Role.GET:
                return self._input(*self._setter(level, node), 0, wanted)
            case Role.PRIMITIVE:
                return Value(node["widgets_values"][0])
            case _:
                pass
        if node["type"] in self._subgraphs and node.get("mode") != MUTED:
            inside = self._level(level, node)
            link = inside.graph.leaving.get(slot)
            return None if link is None else self._from(inside, link, wanted)
        return f"{level.path}{node['id']}", slot

    def _setter(self, level: Level, getter: Node) -> tuple[Level, Node]:
        """The node that sets what a getting node asks for: in the same graph, else in one around it."""
        where, wanted = f"{level.path}{getter['id']} ({getter['type']})", variable(getter)
        around: Level | None = level
        while around is not None:
            setters = [
                node
                for node in around.graph.nodes.values()
                if role(node, self._declared) == Role.SET and variable(node) == wanted
            ]
            if len(setters) > 1:
                raise UserError(f"Node {where} asks for a name that {len(setters)} nodes set: rename all but one.")
            if setters and wanted:
                return around, setters[0]
            around = around.parent
        name = wanted[1] if wanted else ""
        raise UserError(f"Node {where} asks for {name!r}, which no node sets: set it, or connect the nodes directly.")

    def _promoted(self, level: Level, name: str) -> Value | None:
        """The value that a subgraph's own widget holds, in the order of its inputs that are widgets."""
        widgets = [socket["name"] for socket in level.instance["inputs"] if socket.get("widget")]
        values = level.instance["widgets_values"]
        if name in widgets and widgets.index(name) < len(values):
            return Value(values[widgets.index(name)])
        return None


def _through(node: Node, slot: int, wanted: str) -> int | None:
    """The input that a bypassed node passes on at an output: the one across, else the first of the same type."""
    types = [socket["type"] for socket in node["inputs"]]
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
