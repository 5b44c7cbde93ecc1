"""Nodes that put a Python value into a prompt and take one out of it."""

from typing import Any


class Several(list):
    """Values that go to a node one list, not one value."""


def classes(values: dict[str, Any], captured: dict[str, Any]) -> dict[str, type]:
    """Class type -> class.

    Args:
        values: key -> what TestProvide (one value) or TestProvideList (a list) gives.
        captured: filled by TestCapture and TestCaptureList: key -> what came in.
    """
    return {
        "TestProvide": _provider(values, False),
        "TestProvideList": _provider(values, True),
        "TestCapture": _capturer(captured, False),
        "TestCaptureList": _capturer(captured, True),
    }


def _provider(values: dict[str, Any], lists: bool) -> type:
    class Provide:
        RETURN_TYPES, FUNCTION, CATEGORY, OUTPUT_IS_LIST = ("*",), "run", "test", (lists,)

        @classmethod
        def INPUT_TYPES(cls):  # noqa: N802
            return {"required": {"key": ("STRING",)}}

        def run(self, key):
            return (values[key],)

    return Provide


def _capturer(captured: dict[str, Any], lists: bool) -> type:
    class Capture:
        RETURN_TYPES, FUNCTION, CATEGORY, OUTPUT_NODE, INPUT_IS_LIST = (), "run", "test", True, lists

        @classmethod
        def INPUT_TYPES(cls):  # noqa: N802
            return {"required": {"value": ("*",), "key": ("STRING",)}}

        @classmethod
        def VALIDATE_INPUTS(cls, input_types):  # noqa: N802
            return True

        def run(self, value, key):
            captured[key[0] if lists else key] = value
            return ()

    return Capture
