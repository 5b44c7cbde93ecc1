"""The graphs of a file that the editor saved, looked through once: what reads them further may trust them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...nodes.ground import UserError
from .browser_nodes import PRIMITIVE
from .widget_values import Node

Link = tuple[Any, int]
"""The node that a link comes from, and which of its outputs."""

ENTRANCE, EXIT = -10, -20
"""Ids of a subgraph's own ends."""
ENDS = ("id", "origin_id", "origin_slot", "target_id", "target_slot")


@dataclass
class Graph:
    """The outer graph, or what a subgraph is made of."""

    inputs: list[str]
    """Names of a subgraph's inputs."""
    nodes: dict[Any, Node] = field(default_factory=dict)
    links: dict[Any, Link] = field(default_factory=dict)
    """Where each link comes from."""
    leaving: dict[int, Link] = field(default_factory=dict)
    """Where a subgraph's outputs come from."""


def is_editor_form(document: Any) -> bool:
    """Whether a file's JSON is what the editor saves, and not API form."""
    return isinstance(document, dict) and "nodes" in document and "links" in document


def read(document: dict[str, Any]) -> tuple[Graph, dict[str, Graph]]:
    """The outer graph, and the subgraphs by their ids.

    Raises:
        UserError: the file was damaged; says where.
    """
    definitions = document.get("definitions") or {}
    _expect(isinstance(definitions, dict), "definitions is no table")
    subgraphs: dict[str, Graph] = {}
    saved = _tables(definitions, "subgraphs", "the definitions")
    _expect(all(isinstance(one.get("id"), str) for one in saved), "a subgraph has no id")
    kinds = {one["id"] for one in saved}
    for one in saved:
        where = f"subgraph {one['id']}"
        inputs = _tables(one, "inputs", where)
        _expect(all(isinstance(socket.get("name"), str) for socket in inputs), f"an input of {where} has no name")
        subgraphs[one["id"]] = _graph(one, where, kinds, [socket["name"] for socket in inputs])
    outer = _graph(document, "the graph", kinds, [])
    for kind in kinds:
        _expect(kind not in _within(kind, subgraphs, set()), f"subgraph {kind} contains itself")
    return outer, subgraphs


def _graph(saved: dict[str, Any], where: str, kinds: set[str], inputs: list[str]) -> Graph:
    graph = Graph(inputs)
    for node in _tables(saved, "nodes", where):
        number = node.get("id")
        _expect(isinstance(number, int | str) and isinstance(node.get("type"), str), f"{where} has a nameless node")
        graph.nodes[number] = _node(node, f"node {number} of {where}", kinds)
    _expect(isinstance(saved.get("links"), list), f"{where} has no list of links")
    for link in saved["links"]:
        number, origin, slot, target, entry = _ends(link, where)
        graph.links[number] = origin, slot
        if target == EXIT:
            graph.leaving[entry] = origin, slot
    for origin, slot in _followed(graph):
        ends = graph.inputs if origin == ENTRANCE else graph.nodes[origin]["outputs"] if origin in graph.nodes else []
        _expect(0 <= slot < len(ends), f"a link of {where} comes from nowhere (output {slot} of node {origin})")
    return graph


def _node(node: Node, where: str, kinds: set[str]) -> Node:
    """A saved node with lists of inputs and outputs, empty where the file has none."""
    inputs, outputs, values = (
        _tables(node, "inputs", where),
        _tables(node, "outputs", where),
        node.get("widgets_values"),
    )
    _expect(all(isinstance(socket.get("name"), str) for socket in inputs), f"an input of {where} has no name")
    _expect(all("type" in socket for socket in (*inputs, *outputs)), f"an input or output of {where} has no type")
    _expect(
        all(isinstance(socket.get("link"), int | str | None) for socket in inputs), f"{where} has a link without id"
    )
    _expect(isinstance(values, list | dict | None), f"the values of {where} are no list")
    kind = node["type"]
    _expect(kind != "Reroute" or bool(inputs), f"{where} has no input")
    _expect(kind != PRIMITIVE or bool(isinstance(values, list) and values), f"{where} has no value")
    _expect(isinstance(node.get("properties"), dict | None), f"the properties of {where} are no table")
    _expect(kind not in kinds or not isinstance(values, dict), f"the values of {where} are no list")
    return {**node, "inputs": inputs, "outputs": outputs, "widgets_values": [] if values is None else values}


def _ends(link: Any, where: str) -> list[Any]:
    """Id, origin, its slot, target, its slot; the outer graph's links are lists, those of a subgraph tables."""
    ends = (
        [link.get(key) for key in ENDS] if isinstance(link, dict) else list(link)[:5] if isinstance(link, list) else []
    )
    _expect(
        len(ends) == 5 and all(isinstance(end, int | str) for end in ends) and isinstance(ends[2], int),
        f"a link of {where} is not whole",
    )
    return ends


def _followed(graph: Graph) -> Iterator[Link]:
    """The links that something is reached by; the editor may leave others behind."""
    for node in graph.nodes.values():
        for socket in node["inputs"]:
            if socket.get("link") in graph.links:
                yield graph.links[socket["link"]]
    yield from graph.leaving.values()


def _within(kind: str, subgraphs: dict[str, Graph], found: set[str]) -> set[str]:
    """Every subgraph that stands in one, at any depth."""
    for node in subgraphs[kind].nodes.values():
        if node["type"] in subgraphs and node["type"] not in found:
            found.add(node["type"])
            _within(node["type"], subgraphs, found)
    return found


def _tables(owner: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    value = owner.get(key)
    if value is None:
        value = []
    _expect(isinstance(value, list) and all(isinstance(one, dict) for one in value), f"{key} of {where} is no list")
    return value


def _expect(right: bool, fault: str) -> None:
    if not right:
        raise UserError(f"The workflow does not hold together ({fault}): open it in the editor and save it again.")
