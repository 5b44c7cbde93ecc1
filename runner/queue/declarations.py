"""What a server declares of a node's inputs, in the words of its /object_info."""

from collections.abc import Iterator
from typing import Any

Spec = list[Any]
"""The type, or a list of choices, and perhaps a table of options."""
TYPED = {"INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COLOR", "MARKDOWN", "CURVE", "RANGE", "BOUNDING_BOX"}
DYNAMIC = "COMFY_DYNAMICCOMBO_V3"
"""A choice that brings inputs of its own, called CHOICE.INPUT."""


def options(spec: Spec) -> dict[str, Any]:
    """The table of options; empty where there is none."""
    return spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}


def choices(spec: Spec) -> list[Any] | None:
    """What a choice offers; None where it is none, or where the editor asks elsewhere for the list."""
    told = options(spec)
    offered = None if "remote" in told else spec[0] if isinstance(spec[0], list) else told.get("options")
    return offered and [option["key"] if isinstance(option, dict) else option for option in offered]


def default(spec: Spec) -> Any:
    """What the editor fills in where nothing was chosen yet."""
    told = options(spec)
    if "default" in told:
        return told["default"]
    offered = choices(spec)
    if offered:
        return offered[0]
    return {"INT": 0, "FLOAT": 0, "BOOLEAN": False, "STRING": ""}.get(str(spec[0]))


def holds_value(spec: Spec) -> bool:
    """Whether an input can hold a value of its own, and not only a connection."""
    return isinstance(spec[0], list) or spec[0] in TYPED or spec[0] == DYNAMIC


def brought(spec: Spec, choice: Any) -> dict[str, Spec]:
    """The inputs that a choice brings, the required ones first."""
    chosen = next((option["inputs"] for option in options(spec)["options"] if option["key"] == choice), {})
    return {**(chosen.get("required") or {}), **(chosen.get("optional") or {})}


def specs(declared: dict[str, Any], inputs: dict[str, Any] | None) -> dict[str, Spec]:
    """Every input of a node type by its full name.

    Args:
        declared: the type's entry in /object_info.
        inputs: the node's values, which choose among inputs; None gives those of every choice.
    """
    told = declared.get("input") or {}
    return dict(_every({**(told.get("required") or {}), **(told.get("optional") or {})}, inputs, ""))


def _every(named: dict[str, Spec], inputs: dict[str, Any] | None, prefix: str) -> Iterator[tuple[str, Spec]]:
    for name, spec in named.items():
        full = prefix + name
        yield full, spec
        if spec[0] == DYNAMIC:
            choices = [option["key"] for option in options(spec)["options"]] if inputs is None else [inputs.get(full)]
            for choice in choices:
                yield from _every(brought(spec, choice), inputs, f"{full}.")
