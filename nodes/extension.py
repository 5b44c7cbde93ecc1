"""What ComfyUI asks the pack for: its model folders and its nodes."""

from importlib import import_module

from . import NODES
from .host import folders, language
from .host.api import ComfyExtension, io


class DancheongExtension(ComfyExtension):
    """The pack as ComfyUI loads it."""

    async def on_load(self) -> None:
        """Add the pack's model folders to ComfyUI's, and hear in which language a prompt's user reads."""
        folders.register()
        language.register()

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """Every node of the table of contents, in its order."""
        nodes = (getattr(import_module(f".{folder}.nodes", __package__), name) for folder, name in NODES)
        return [language.speaking(node) for node in nodes]
