"""Which of a saved node's values belongs to which input.

The editor stores them as a bare list in the order in which it lays its widgets out; that order follows from what the
server declares of the node's type.
"""

from collections.abc import Iterator
from typing import Any

from ...nodes.ground import UserError
from .declarations import DYNAMIC, brought, default, holds_value, options

Node = dict[str, Any]
"""A node as `editor_graph` hands it out."""
SEEDS = {"seed", "noise_seed"}


def stored_values(node: Node, declared: dict[str, Any]) -> dict[str, Any]:
    """The node's own values by input, as API form has them; what a file of an older release lacks by its default.

    Args:
        declared: the type's entry in the server's /object_info.

    Raises:
        UserError: more values than the type has inputs.
    """
    stored = node["widgets_values"]
    if isinstance(stored, dict):
        names = {name for name, _, _ in _widgets(node, declared, iter(()))}
        return {name: api_value(value) for name, value in stored.items() if name in names}
    left = list(stored)
    values: dict[str, Any] = {}
    for name, value, kept in _widgets(node, declared, _drawn(left)):
        if kept:
            values[name] = api_value(value)
    if left:
        raise UserError(
            f"Node {node['id']} ({node['type']}) carries {len(stored)} values, more than this server's inputs of "
            "that type: which belongs to which cannot be told. Use Workflow > Export (API) in the editor that "
            "made the file."
        )
    return values


def api_value(value: Any) -> Any:
    """A value as API form has it: a bare list would be taken for a link."""
    return {"__value__": value} if isinstance(value, list) else value


def _widgets(node: Node, declared: dict[str, Any], values: Iterator[Any]) -> Iterator[tuple[str, Any, bool]]:
    """Input, value, and whether it is part of API form, in the order in which the editor lays widgets out."""
    inputs = declared.get("input", {})
    shown = {socket["name"] for socket in node["inputs"] if socket.get("widget")}
    required: dict[str, Any] = inputs.get("required") or {}
    yield from _laid_out(required, shown, values)
    # The button of "choose file to upload" stands behind the required inputs and keeps a value too.
    if any(str(key).endswith("_upload") and on for spec in required.values() for key, on in options(spec).items()):
        yield "upload", next(values, None), False
    yield from _laid_out(inputs.get("optional") or {}, shown, values)


def _laid_out(
    declared: dict[str, Any], shown: set[str], values: Iterator[Any], prefix: str = ""
) -> Iterator[tuple[str, Any, bool]]:
    for name, spec in declared.items():
        told, kind = options(spec), spec[0]
        if told.get("forceInput") or told.get("rawLink"):
            continue
        if holds_value(spec) or prefix + name in shown:
            value = next(values, default(spec))
            yield prefix + name, value, True
            if kind == DYNAMIC:
                yield from _laid_out(brought(spec, value), shown, values, f"{prefix}{name}.")
            if told.get("control_after_generate", kind == "INT" and name in SEEDS):
                yield "control_after_generate", next(values, None), False
                if isinstance(kind, list) or kind == "COMBO":
                    yield "control_filter_list", next(values, None), False


def _drawn(values: list[Any]) -> Iterator[Any]:
    while values:
        yield values.pop(0)
