"""A native `comfy.sd.CLIP` from Korean parts, through ComfyUI's own two hooks and without a change to ComfyUI.

`tokenizer_data["clip_l_tokenizer_class"]` replaces the tokenizer, `model_options["clip_l_class"]` the text model. Both
sides get the special ids of the tokenizer: ComfyUI's defaults are the English ones, and with them weighted prompts and
the pooled output are silently wrong.
"""

# pyright: reportMissingParameterType=false
# The signatures of the classes inside are ComfyUI's.

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import comfy.sd
import torch
from comfy.clip_model import CLIPTextModel
from comfy.model_patcher import ModelPatcher
from comfy.sd1_clip import SD1ClipModel, SD1Tokenizer, SDClipModel, SDTokenizer
from comfy.supported_models_base import ClipTarget

from ..ground import UserError
from ..host import folders
from . import weights
from .origin import Origin, mark
from .prompt_tokenizer import PromptTokenizer

COMFYUI_VOCABULARY = 49408
PADDED = (8, 16, 32, 64, 128, 256, 512, 1024)
"""Trainers give a vocabulary rows up to a multiple of one of these, as graphics cards compute them faster."""


@dataclass(frozen=True)
class Source:
    """The files of one CLIP, enough to load it again."""

    weights: Path
    config: Path | None
    tokenizer: Path
    dtype: torch.dtype | None
    """How the weights are kept; None leaves it to ComfyUI. Computation is float32 either way."""


def load(
    source: Source, disable_dynamic: bool = False
) -> tuple[comfy.sd.CLIP, weights.Encoder, PromptTokenizer, Origin]:
    """The CLIP, and what it was made of for the report.

    Raises:
        UserError: a file is damaged or none of its kind, or the tokenizer belongs to another encoder.
    """
    tokenizer = PromptTokenizer(source.tokenizer)
    encoder = weights.read(source.weights, source.config)
    _check_match(encoder, tokenizer, source)
    model_options: dict[str, Any] = {"clip_l_class": _model_class(encoder, tokenizer)}
    if source.dtype is not None:
        model_options["dtype"] = source.dtype
    clip = comfy.sd.CLIP(
        ClipTarget(SD1Tokenizer, SD1ClipModel),
        embedding_directory=[str(path) for path in folders.roots("embeddings")],
        tokenizer_data={"clip_l_tokenizer_class": _tokenizer_class(encoder.positions, encoder.width, tokenizer)},
        parameters=sum(tensor.numel() for tensor in encoder.state.values()),
        # A list of one: a bare dict is taken for a whole checkpoint.
        state_dict=[dict(encoder.state)],
        model_options=model_options,
        disable_dynamic=disable_dynamic,
    )
    clip.patcher.cached_patcher_init = (_load_patcher, (source,))
    origin = Origin(encoder.fingerprint(), tokenizer.fingerprint())
    mark(clip, origin)
    return clip, encoder, tokenizer, origin


def _load_patcher(source: Source, disable_dynamic: bool = False) -> ModelPatcher:
    """For ComfyUI, where it needs another copy of the model, such as one on a second GPU."""
    return load(source, disable_dynamic)[0].patcher


def _check_match(encoder: weights.Encoder, tokenizer: PromptTokenizer, source: Source) -> None:
    known, rows = tokenizer.rows, encoder.vocabulary
    if rows != known and rows not in {-(-known // step) * step for step in PADDED}:
        raise UserError(
            f"The tokenizer in {source.tokenizer.name} knows {known:,} pieces, but {source.weights.name} has "
            f"{rows:,} rows for them: they do not belong together; choose the encoder's own tokenizer."
        )


def _tokenizer_class(positions: int, width: int, tokenizer: PromptTokenizer) -> type[SDTokenizer]:
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
                embedding_key="clip_l",
                tokenizer_class=Ready,  # pyright: ignore[reportArgumentType]
                pad_token=tokenizer.special.pad,
                tokenizer_data=tokenizer_data,
            )

    return KoreanTokenizer


def _model_class(encoder: weights.Encoder, tokenizer: PromptTokenizer) -> type[SDClipModel]:
    # Plain values: the classes live as long as the CLIP, and must not keep a second copy of the weights alive.
    vocabulary, width, positions = encoder.vocabulary, encoder.width, encoder.positions
    special = {"start": tokenizer.special.start, "end": tokenizer.special.end, "pad": tokenizer.special.pad}
    config = {
        "num_hidden_layers": encoder.layers,
        "hidden_size": width,
        "num_attention_heads": encoder.heads,
        "intermediate_size": encoder.inner_width,
        "hidden_act": encoder.activation,
        "max_position_embeddings": positions,
        "eos_token_id": tokenizer.special.end,
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
                return_projected_pooled=False,
                model_options=model_options,
            )

    return KoreanClipModel
