"""A model that writes, as ComfyUI's Load CLIP reads Qwen3.5 0.8B: whatever it is asked, it answers `A`.

All of its layers pass on what the embeddings give, so that its file is holes on the disk. The embedding of the
prompt's last token points to the letter, and the letter's to the end.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

LAYERS, SEEING, WIDTH, SIGHT, WORDS = 24, 12, 1024, 768, 248_320
LAST, LETTER, END = 198, 32, 248_046
"""A line's end behind the template, `A`, and what ends an answer, in Qwen's vocabulary."""
NORMS = ("input_layernorm.weight", "post_attention_layernorm.weight")


def qwen(path: Path) -> Path:
    """The file, of 1.7 GB, of which three rows are on the disk."""
    shapes = {f"model.language_model.{name}": shape for name, shape in _words()}
    shapes |= {f"model.visual.{name}": shape for name, shape in _sight()}
    header, place = {}, 0
    for name, shape in shapes.items():
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        start = 8 + len(text) + header["model.language_model.embed_tokens.weight"]["data_offsets"][0]
        for token, row in rows(WIDTH).items():
            file.seek(start + 2 * WIDTH * token)
            file.write(row.tobytes())
        file.truncate(8 + len(text) + place)
    return path


def rows(width: int) -> dict[int, np.ndarray]:
    """Token -> its row of the embeddings; each next one is nearest to the one before, and all others are 0."""
    found = {token: np.zeros(width, np.float16) for token in (LAST, LETTER, END)}
    found[LAST][0] = 1
    found[LETTER][:2] = 2, 10
    found[END][1] = 100
    return found


def _words() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "embed_tokens.weight", (WORDS, WIDTH)
    yield "norm.weight", (WIDTH,)
    for layer in range(LAYERS):
        place = f"layers.{layer}."
        yield from ((place + name, (WIDTH,)) for name in NORMS)
        yield from ((f"{place}mlp.{name}_proj.weight", (3584, WIDTH)) for name in ("gate", "up"))
        yield f"{place}mlp.down_proj.weight", (WIDTH, 3584)
        if layer % 4 == 3:
            yield f"{place}self_attn.q_proj.weight", (4096, WIDTH)
            yield from ((f"{place}self_attn.{name}_proj.weight", (512, WIDTH)) for name in "kv")
            yield f"{place}self_attn.o_proj.weight", (WIDTH, 2048)
            yield from ((f"{place}self_attn.{name}_norm.weight", (256,)) for name in "qk")
        else:
            place += "linear_attn."
            yield from ((place + name, (16,)) for name in ("dt_bias", "A_log"))
            yield from ((f"{place}in_proj_{name}.weight", (16, WIDTH)) for name in "ab")
            yield f"{place}in_proj_qkv.weight", (6144, WIDTH)
            yield f"{place}in_proj_z.weight", (2048, WIDTH)
            yield f"{place}conv1d.weight", (6144, 1, 4)
            yield f"{place}norm.weight", (128,)
            yield f"{place}out_proj.weight", (WIDTH, 2048)


def _sight() -> Iterator[tuple[str, tuple[int, ...]]]:
    def linear(name: str, out: int, into: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", (out, into)
        yield f"{name}.bias", (out,)

    def norm(name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield from ((f"{name}.{kind}", (SIGHT,)) for kind in ("weight", "bias"))

    yield "patch_embed.proj.weight", (SIGHT, 3, 2, 16, 16)
    yield "patch_embed.proj.bias", (SIGHT,)
    yield "pos_embed.weight", (2304, SIGHT)
    for layer in range(SEEING):
        place = f"blocks.{layer}."
        yield from norm(f"{place}norm1")
        yield from norm(f"{place}norm2")
        yield from linear(f"{place}attn.qkv", 3 * SIGHT, SIGHT)
        yield from linear(f"{place}attn.proj", SIGHT, SIGHT)
        yield from linear(f"{place}mlp.linear_fc1", 4 * SIGHT, SIGHT)
        yield from linear(f"{place}mlp.linear_fc2", SIGHT, 4 * SIGHT)
    yield from norm("merger.norm")
    yield from linear("merger.linear_fc1", 4 * SIGHT, 4 * SIGHT)
    yield from linear("merger.linear_fc2", WIDTH, 4 * SIGHT)


def small(model_type: str = "qwen35_small") -> Any:
    """The same in the process, of four narrow layers: ComfyUI's own classes, with a size of ours in their table."""
    import comfy.sd
    import torch
    from comfy.supported_models_base import ClipTarget
    from comfy.text_encoders import qwen35

    qwen35.QWEN35_MODELS[model_type] = {
        "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 4, "num_attention_heads": 1,
        "num_key_value_heads": 1, "linear_num_key_heads": 1, "linear_num_value_heads": 1,
        "vision": {"hidden_size": 32, "num_heads": 2, "intermediate_size": 32, "depth": 1},
    }  # fmt: skip
    target = ClipTarget(qwen35.tokenizer(model_type), qwen35.te(model_type=model_type))
    clip = comfy.sd.CLIP(target, model_options={"dtype": torch.float32})
    state = {name: torch.zeros_like(tensor) for name, tensor in clip.cond_stage_model.state_dict().items()}
    (words,) = (name for name in state if name.endswith("embed_tokens.weight"))
    for token, row in rows(64).items():
        state[words][token] = torch.from_numpy(row).float()
    clip.cond_stage_model.load_state_dict(state)
    return clip
