"""One text encoder and its tokenizer as the two classes that ComfyUI builds a CLIP of.

Both sides get the special ids of the tokenizer: ComfyUI's defaults are the English ones, and with them weighted prompts
and the pooled output are silently wrong.
"""

# pyright: reportMissingParameterType=false
# The signatures of the classes inside are ComfyUI's.

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from comfy.clip_model import CLIPTextModel
from comfy.sd1_clip import SDClipModel, SDTokenizer

from ..ground import UserError
from . import weights
from .prompt_tokenizer import PromptTokenizer

COMFYUI_VOCABULARY = 49408
PADDED = (8, 16, 32, 64, 128, 256, 512, 1024)
"""Trainers give a vocabulary rows up to a multiple of one of these, as graphics cards compute them faster."""


@dataclass(frozen=True)
class Source:
    """The files of one text encoder, enough to load it again."""

    weights: Path
    config: Path | None
    tokenizer: Path
    dtype: torch.dtype | None
    """How the weights are kept; None leaves it to ComfyUI. Computation is float32 either way."""
    pad: int | None = None
    """The id behind a prompt's end; None takes the tokenizer's."""


@dataclass(frozen=True)
class Part:
    """A text encoder with the tokenizer that belongs to it."""

    encoder: weights.Encoder
    tokenizer: PromptTokenizer


def read(source: Source) -> Part:
    """
    Raises:
        UserError: a file is damaged or none of its kind, or the tokenizer belongs to another encoder.
    """
    tokenizer = PromptTokenizer(source.tokenizer, source.pad)
    encoder = weights.read(source.weights, source.config)
    known, rows = tokenizer.rows, encoder.vocabulary
    if rows != known and rows not in {-(-known // step) * step for step in PADDED}:
        raise UserError(
            f"The tokenizer in {source.tokenizer.name} knows {known:,} pieces, but {source.weights.name} has "
            f"{rows:,} rows for them: they do not belong together; choose the encoder's own tokenizer."
        )
    return Part(encoder, tokenizer)


def tokenizer_class(part: Part, key: str) -> type[SDTokenizer]:
    """
    Args:
        key: by which files of embeddings call this encoder, "clip_l" or "clip_g".
    """
    positions, width, tokenizer = part.encoder.positions, part.encoder.width, part.tokenizer

    class Ready:
        @staticmethod
        def from_pretrained(_path: str) -> PromptTokenizer:
            return tokenizer

    class KoreanTokenizer(SDTokenizer):
        def __init__(self, embedding_directory=None, tokenizer_data={}) -> None:  # noqa: B006
            super().__init__(
                tokenizer_path="",
                max_length=positions,
                embedding_directory=embedding_directory,
                embedding_size=width,
                embedding_key=key,
                tokenizer_class=Ready,  # pyright: ignore[reportArgumentType]
                pad_token=tokenizer.special.pad,
                tokenizer_data=tokenizer_data,
            )

    return KoreanTokenizer


def model_class(part: Part, **how: Any) -> type[SDClipModel]:
    """
    Args:
        how: which states it gives, as SDClipModel's `layer`, `layer_idx`, `layer_norm_hidden_state` and
            `return_projected_pooled` say.
    """
    # Plain values: the classes live as long as the CLIP, and must not keep a second copy of the weights alive.
    encoder, ids = part.encoder, part.tokenizer.special
    vocabulary, width, positions = encoder.vocabulary, encoder.width, encoder.positions
    special = {"start": ids.start, "end": ids.end, "pad": ids.pad}
    config = {
        "num_hidden_layers": encoder.layers,
        "hidden_size": width,
        "num_attention_heads": encoder.heads,
        "intermediate_size": encoder.inner_width,
        "hidden_act": encoder.activation,
        "max_position_embeddings": positions,
        "eos_token_id": ids.end,
    }

    class KoreanTextModel(CLIPTextModel):
        def __init__(self, config_dict, dtype, device, operations) -> None:
            super().__init__(config_dict, dtype, device, operations)
            # ComfyUI makes 49,408 rows whatever the configuration says.
            if vocabulary != COMFYUI_VOCABULARY:
                self.set_input_embeddings(operations.Embedding(vocabulary, width, dtype=dtype, device=device))

    class KoreanClipModel(SDClipModel):
        def __init__(self, device="cpu", dtype=None, model_options={}) -> None:  # noqa: B006
            super().__init__(
                device=device,
                dtype=dtype,
                max_length=positions,
                textmodel_json_config=dict(config),
                model_class=KoreanTextModel,
                special_tokens=special,
                model_options=model_options,
                **how,
            )

    return KoreanClipModel


def parameters(*parts: Part) -> int:
    """How many numbers their weights are."""
    return sum(tensor.numel() for part in parts for tensor in part.encoder.state.values())
