"""The one pin of ComfyUI's node API version; every face imports `io` and `ui` from here."""

from comfy_api.v0_0_2 import ComfyExtension, io, ui

__all__ = ["ComfyExtension", "io", "ui"]
