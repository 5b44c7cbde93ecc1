"""What a text on the command line or in a cell means for an input of a node."""

import json
import math
from typing import Any

from ...nodes.ground import UserError
from .declarations import Spec
from .widget_values import api_value

NUMBERS = {"INT", "FLOAT"}


def fitting(target: str, given: Any, current: Any, spec: Spec | None) -> Any:
    """The value in the input's kind: the declared one, else that of the value which the workflow holds.

    Args:
        target: how the user calls the input.
        given: text, or what JSON holds.
        current: the workflow's own value.
        spec: what the server declares of the input; None where that is not known.

    Raises:
        UserError: it is no value of that kind. Nothing is rounded, and `1,234` is no number.
    """
    kind = _kind(current, spec)
    if kind == "STRING":
        return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    value = _parsed(given) if isinstance(given, str) else given
    if kind == "BOOLEAN":
        fits = isinstance(value, bool) or value in (0, 1)
    elif kind in NUMBERS or kind == "NUMBER":
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        fits = fits and (kind != "INT" or value == int(value))
    else:
        fits = value is not None
    if not fits:
        raise UserError(f"Expected {_example(kind, current)} for {target}, got {given!r}.")
    if kind == "BOOLEAN":
        return bool(value)
    return int(value) if kind == "INT" else api_value(value)


def _kind(current: Any, spec: Spec | None) -> str:
    """STRING, BOOLEAN, INT, FLOAT, NUMBER (either), or "" for anything else."""
    if spec is not None and spec[0] in ("STRING", "BOOLEAN", *NUMBERS):
        return spec[0]
    if isinstance(current, bool):
        return "BOOLEAN"
    if isinstance(current, int | float):
        return "NUMBER"
    return "STRING" if isinstance(current, str) else ""


def _parsed(text: str) -> Any:
    """What JSON or a spreadsheet means by it; None where it means nothing."""
    if text.strip().upper() in ("TRUE", "FALSE"):
        return text.strip().upper() == "TRUE"
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _example(kind: str, current: Any) -> str:
    if kind == "BOOLEAN":
        return "true or false"
    if kind == "INT":
        return "a whole number (no comma in it)"
    if kind == "":
        return "a value in JSON"
    return f"a value like {json.dumps(current)}"
