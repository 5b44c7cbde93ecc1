"""StoryGen's image attention in ComfyUI's network: references are passed through it and noted, the picture reads them.

In every transformer block of Stable Diffusion 1.5, with h = x + attn1(norm1(x)), T = attn2(norm2(h), text) and
I = attn3(norm4(h), references), StoryGen goes on with (h + T) + (h + I): text and image are attended to beside each
other, and h counts twice. Without references it goes on with h + T, as Stable Diffusion does. What a reference gives is
its own h, the features after the self-attention, at every block.
"""

from dataclasses import dataclass, field
from typing import Any

import comfy.ops
import torch
from comfy.ldm.modules.attention import optimized_attention

from .weights import IMAGE, NORM

PASS = "dancheong_story"
"""Where in the transformer options the pass stands. An object: ComfyUI copies dictionaries and lists in there."""

Block = tuple[str, int]
"""As ComfyUI names one: ("input", 1)."""
Features = dict[Block, torch.Tensor]
"""`[1,tokens,channels]` a block."""


@dataclass
class Noting:
    """A reference goes through the network, and its features are noted."""

    features: Features = field(default_factory=dict)


@dataclass
class Reading:
    """The picture goes through it, and reads the features of references."""

    features: Features
    before: torch.Tensor | None = None
    """h of the block that is being computed."""


class ImageAttention(torch.nn.Module):
    """`norm4` and `attn3` of one block, under their published names."""

    def __init__(self, width: int, dtype: torch.dtype) -> None:
        super().__init__()
        layers: Any = comfy.ops.manual_cast
        linear = layers.Linear

        def square(bias: bool) -> torch.nn.Module:
            return linear(width, width, bias=bias, dtype=dtype)

        self.add_module(NORM, layers.LayerNorm(width, dtype=dtype))
        matrices: dict[str, Any] = {name: square(False) for name in ("to_q", "to_k", "to_v")}
        self.add_module(IMAGE, torch.nn.ModuleDict({**matrices, "to_out": torch.nn.ModuleList([square(True)])}))

    def forward(self, h: torch.Tensor, references: torch.Tensor, heads: int, precision: Any) -> torch.Tensor:
        """
        Args:
            h: `[B,tokens,channels]`.
            references: `[1,any,channels]`, for every row of `h`.
        """
        attention: Any = getattr(self, IMAGE)
        rows = h.shape[0]
        q = attention["to_q"](getattr(self, NORM)(h))
        # Once for all rows, which read the same.
        k, v = (attention[name](references).expand(rows, -1, -1) for name in ("to_k", "to_v"))
        return attention["to_out"][0](optimized_attention(q, k, v, heads, attn_precision=precision))


class Patches:
    """What the network calls in every block; nothing happens outside of a `Noting` or a `Reading`."""

    def __init__(self, attentions: dict[Block, ImageAttention]) -> None:
        self._attentions = attentions

    def middle(self, h: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        """Between self-attention and text attention."""
        passing = options.get(PASS)
        if isinstance(passing, Noting):
            passing.features[options["block"]] = h
        elif isinstance(passing, Reading):
            passing.before = h
        return h

    def output(self, text: torch.Tensor, options: dict[str, Any]) -> torch.Tensor:
        """After text attention, before ComfyUI adds h: what is to be added to it."""
        passing = options.get(PASS)
        if not isinstance(passing, Reading) or passing.before is None:
            return text
        h, block = passing.before, options["block"]
        attention = self._attentions[block]
        image = attention(h, passing.features[block], options["n_heads"], options["attn_precision"])
        return text + h + image
