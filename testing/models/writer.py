"""A model that writes: ComfyUI's own Qwen3.5 of four narrow layers, which answers `A` whatever it is asked.

ComfyUI takes a Qwen3.5 of unknown width for the one of 2B, whose size stands in a table; `SIZE` goes there. All layers
pass on what the embeddings give: that of the prompt's last token points to the letter, and the letter's to the end.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import save_file

WORDS, WIDTH, LAYERS, SIGHT = 248_320, 64, 4, 32
SIZE = {
    "hidden_size": WIDTH, "intermediate_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": 1,
    "num_key_value_heads": 1, "linear_num_key_heads": 1, "linear_num_value_heads": 1,
    "vision": {"hidden_size": SIGHT, "num_heads": 2, "intermediate_size": SIGHT, "depth": 1},
}  # fmt: skip
LAST, LETTER, END = 198, 32, 248_046
"""A line's end behind the template, `A`, and what ends an answer, in Qwen's vocabulary."""
CUSTOM_NODE = f"""from comfy.text_encoders import qwen35

qwen35.QWEN35_MODELS["qwen35_2b"] = {SIZE!r}
NODE_CLASS_MAPPINGS = {{}}
"""
"""A file for a served ComfyUI's `custom_nodes`, with which it loads what `qwen` writes."""


def qwen(path: Path) -> Path:
    """A file of 32 MB, for ComfyUI's Load CLIP."""
    shapes = {f"model.language_model.{name}": shape for name, shape in _words()}
    shapes |= {f"model.visual.{name}": shape for name, shape in _sight()}
    weights = {name: torch.zeros(shape, dtype=torch.float16) for name, shape in shapes.items()}
    words = weights["model.language_model.embed_tokens.weight"]
    # Each next one is nearest to the one before.
    words[LAST, 0] = 1
    words[LETTER, :2] = torch.tensor([2.0, 10.0])
    words[END, 1] = 100
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, path)
    return path


def load(path: Path):
    """What `qwen` wrote, by ComfyUI in this process."""
    import comfy.sd
    from comfy.text_encoders import qwen35

    qwen35.QWEN35_MODELS["qwen35_2b"] = SIZE
    return comfy.sd.load_clip(ckpt_paths=[str(path)])


def _words() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "embed_tokens.weight", (WORDS, WIDTH)
    yield "norm.weight", (WIDTH,)
    for layer in range(LAYERS):
        place = f"layers.{layer}."
        yield from ((f"{place}{name}_layernorm.weight", (WIDTH,)) for name in ("input", "post_attention"))
        yield from ((f"{place}mlp.{name}_proj.weight", (WIDTH, WIDTH)) for name in ("gate", "up", "down"))
        if layer % 4 == 3:
            yield f"{place}self_attn.q_proj.weight", (512, WIDTH)
            yield from ((f"{place}self_attn.{name}_proj.weight", (256, WIDTH)) for name in "kv")
            yield f"{place}self_attn.o_proj.weight", (WIDTH, 256)
            yield from ((f"{place}self_attn.{name}_norm.weight", (256,)) for name in "qk")
        else:
            place += "linear_attn."
            yield from ((place + name, (1,)) for name in ("dt_bias", "A_log"))
            yield from ((f"{place}in_proj_{name}.weight", (1, WIDTH)) for name in "ab")
            yield f"{place}in_proj_qkv.weight", (384, WIDTH)
            yield f"{place}in_proj_z.weight", (128, WIDTH)
            yield f"{place}conv1d.weight", (384, 1, 4)
            yield f"{place}norm.weight", (128,)
            yield f"{place}out_proj.weight", (WIDTH, 128)


def _sight() -> Iterator[tuple[str, tuple[int, ...]]]:
    def linear(name: str, out: int, into: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", (out, into)
        yield f"{name}.bias", (out,)

    def norm(name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield from ((f"{name}.{kind}", (SIGHT,)) for kind in ("weight", "bias"))

    yield "patch_embed.proj.weight", (SIGHT, 3, 2, 16, 16)
    yield "patch_embed.proj.bias", (SIGHT,)
    yield "pos_embed.weight", (2304, SIGHT)
    yield from norm("blocks.0.norm1")
    yield from norm("blocks.0.norm2")
    yield from linear("blocks.0.attn.qkv", 3 * SIGHT, SIGHT)
    yield from linear("blocks.0.attn.proj", SIGHT, SIGHT)
    yield from linear("blocks.0.mlp.linear_fc1", SIGHT, SIGHT)
    yield from linear("blocks.0.mlp.linear_fc2", SIGHT, SIGHT)
    yield from norm("merger.norm")
    yield from linear("merger.linear_fc1", 4 * SIGHT, 4 * SIGHT)
    yield from linear("merger.linear_fc2", WIDTH, 4 * SIGHT)
