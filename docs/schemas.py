"""What the nodes say of themselves, asked of the nodes as ComfyUI would."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from ..testing import comfy_host


@dataclass(frozen=True)
class Slot:
    """An input or an output."""

    name: str
    """The input's id, or what the output is called in English."""
    tooltip: str
    optional: bool = False


@dataclass(frozen=True)
class Node:
    """One node of the menu."""

    node_id: str
    name: str
    category: str
    """As `dancheong/print`."""
    description: str
    inputs: list[Slot]
    outputs: list[Slot]


def read(base: Path) -> list[Node]:
    """Every node of the pack in the menu's order; this process becomes a ComfyUI with `base` as its folder."""
    comfy_host.start(base)
    from ..nodes.extension import DancheongExtension

    async def classes() -> list:
        extension = DancheongExtension()
        await extension.on_load()
        return await extension.get_node_list()

    return [_node(found.define_schema()) for found in asyncio.run(classes())]


def _node(schema) -> Node:
    return Node(
        schema.node_id,
        schema.display_name,
        schema.category,
        schema.description,
        [Slot(slot.id, slot.tooltip, bool(slot.optional)) for slot in schema.inputs],
        [Slot(slot.display_name, slot.tooltip) for slot in schema.outputs],
    )
