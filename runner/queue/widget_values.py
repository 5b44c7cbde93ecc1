"""Which of a saved node's values belongs to which input.

The editor stores them as a bare list in the order in which it lays its widgets out; that order follows from what the
server declares of the node's type.
"""

from collections.abc import Iterator
from typing import Any

from ...nodes.ground import UserError

Node = dict[str, Any]
"""A node as `editor_graph` hands it out."""
TYPED = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COLOR", "MARKDOWN", "CURVE", "RANGE", "BOUNDING_BOX"}
DYNAMIC = "COMFY_DYNAMICCOMBO_V3"
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
    if any(str(key).endswith("_upload") and on for spec in required.values() for key, on in _options(spec).items()):
        yield "upload", next(values, None), False
    yield from _laid_out(inputs.get("optional") or {}, shown, values)


def _laid_out(
    declared: dict[str, Any], shown: set[str], values: Iterator[Any], prefix: str = ""
) -> Iterator[tuple[str, Any, bool]]:
    for name, spec in declared.items():
        options, kind = _options(spec), spec[0]
        if options.get("forceInput") or options.get("rawLink"):
            continue
        if isinstance(kind, list) or kind in TYPED or kind == DYNAMIC or prefix + name in shown:
            value = next(values, _default(spec))
            yield prefix + name, value, True
            if kind == DYNAMIC:
                chosen = next((option["inputs"] for option in options["options"] if option["key"] == value), {})
                for part in ("required", "optional"):
                    yield from _laid_out(chosen.get(part) or {}, shown, values, f"{prefix}{name}.")
            if options.get("control_after_generate", kind == "INT" and name in SEEDS):
                yield "control_after_generate", next(values, None), False
                if isinstance(kind, list) or kind == "COMBO":
                    yield "control_filter_list", next(values, None), False


def _options(spec: list[Any]) -> dict[str, Any]:
    return spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}


def _default(spec: list[Any]) -> Any:
    """What the editor fills in where a file of an older release has no value yet."""
    options = _options(spec)
    if "default" in options:
        return options["default"]
    choices = spec[0] if isinstance(spec[0], list) else options.get("options") or []
    if choices:
        return choices[0]["key"] if isinstance(choices[0], dict) else choices[0]
    return {"INT": 0, "FLOAT": 0, "BOOLEAN": False, "STRING": ""}.get(str(spec[0]))


def _drawn(values: list[Any]) -> Iterator[Any]:
    while values:
        yield values.pop(0)
