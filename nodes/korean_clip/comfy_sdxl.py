"""Two text encoders as the CLIP of SDXL, each with the tokenizer that it was trained with.

SDXL reads the layer before the last of both, side by side and without the final norm, and the pooled output of the
second after its text projection (Podell et al. 2023, arXiv 2307.01952; encode_prompt of diffusers' SDXL pipeline).
ComfyUI's own classes are the English pair, so that only what makes them is written anew here: encoding, clip skip and
the names that LoRAs go by are ComfyUI's.
"""

# pyright: reportMissingParameterType=false
# The signatures of the classes inside are ComfyUI's.

from typing import Any

import comfy.sd
import torch
from comfy.model_patcher import ModelPatcher
from comfy.sdxl_clip import SDXLClipModel, SDXLTokenizer
from comfy.supported_models_base import ClipTarget

from ..ground import UserError
from ..host import folders
from .comfy_part import Part, Source, model_class, parameters, read, tokenizer_class

WIDTHS = (768, 1280)
"""Of SDXL's first and second encoder."""
FEWEST_LAYERS = 3
PLACES = ("clip_l", "clip_g")


def load(first: Source, second: Source, disable_dynamic: bool = False) -> tuple[comfy.sd.CLIP, Part, Part]:
    """The CLIP, and what it was made of for the report.

    Raises:
        UserError: a file is damaged or none of its kind, a tokenizer belongs to another encoder, or the two are not
            what SDXL reads at their places.
    """
    parts = read(first), read(second)
    _check(parts, (first, second))
    clip = comfy.sd.CLIP(
        ClipTarget(_tokenizer_class(*parts), _model_class(*parts)),
        embedding_directory=[str(path) for path in folders.roots("embeddings")],
        parameters=parameters(*parts),
        state_dict=[{place: part.encoder.state for place, part in zip(PLACES, parts, strict=True)}],
        model_options={} if first.dtype is None else {"dtype": first.dtype},
        disable_dynamic=disable_dynamic,
    )
    clip.patcher.cached_patcher_init = (_load_patcher, (first, second))
    return clip, *parts


def _load_patcher(first: Source, second: Source, disable_dynamic: bool = False) -> ModelPatcher:
    """For ComfyUI, where it needs another copy of the model, such as one on a second GPU."""
    return load(first, second, disable_dynamic)[0].patcher


def _check(parts: tuple[Part, Part], sources: tuple[Source, Source]) -> None:
    widths = tuple(part.encoder.width for part in parts)
    names = " and ".join(source.weights.name for source in sources)
    if widths[0] == WIDTHS[1] or widths[1] == WIDTHS[0]:
        raise UserError(
            f"Expected SDXL's pair, the first of width {WIDTHS[0]} and the second of {WIDTHS[1]}; {names} have "
            f"{widths[0]} and {widths[1]}: choose the other as text_encoder or second_text_encoder."
        )
    for part, source in zip(parts, sources, strict=True):
        if part.encoder.layers < FEWEST_LAYERS:
            raise UserError(
                f"SDXL reads the layer before the last: expected {FEWEST_LAYERS} layers or more, "
                f"{source.weights.name} has {part.encoder.layers}; choose another encoder."
            )
    positions = [part.encoder.positions for part in parts]
    if positions[0] != positions[1]:
        raise UserError(
            f"SDXL reads both encoders side by side: expected as many positions in both, {names} have {positions[0]} "
            f"and {positions[1]}; choose two that agree."
        )
    if not parts[1].encoder.projected:
        width = parts[1].encoder.width
        raise UserError(
            f"SDXL reads the pooled output of its second encoder after the text projection: expected "
            f"text_projection.weight of {width} x {width} in {sources[1].weights.name}, which has none; get the "
            "encoder with its projection (CLIPTextModelWithProjection)."
        )


def _tokenizer_class(first: Part, second: Part) -> type[SDXLTokenizer]:
    classes = [tokenizer_class(part, place) for place, part in zip(PLACES, (first, second), strict=True)]

    class KoreanSDXLTokenizer(SDXLTokenizer):
        def __init__(self, embedding_directory=None, tokenizer_data={}) -> None:  # noqa: B006
            self.clip_l, self.clip_g = (make(embedding_directory, tokenizer_data) for make in classes)

        def tokenize_with_weights(self, text, return_word_ids=False, **kwargs) -> dict[str, list]:
            tokens = super().tokenize_with_weights(text, return_word_ids, **kwargs)
            # Two tokenizers may need unlike numbers of chunks, and ComfyUI would cut the longer off without a word.
            chunks = max(map(len, tokens.values()))
            for name, tokenizer in (("l", self.clip_l), ("g", self.clip_g)):
                empty = tokenizer.tokenize_with_weights("", return_word_ids)
                tokens[name] += empty * (chunks - len(tokens[name]))
            return tokens

    return KoreanSDXLTokenizer


def _model_class(first: Part, second: Part) -> type[SDXLClipModel]:
    how: dict[str, Any] = {"layer": "hidden", "layer_idx": -2, "layer_norm_hidden_state": False}
    classes = [model_class(part, **how, return_projected_pooled=True) for part in (first, second)]

    class KoreanSDXLClipModel(SDXLClipModel):
        def __init__(self, device="cpu", dtype=None, model_options={}) -> None:  # noqa: B006
            torch.nn.Module.__init__(self)  # SDXLClipModel's own makes the English pair
            self.clip_l, self.clip_g = (
                make(device=device, dtype=dtype, model_options={**model_options, "model_name": place})
                for place, make in zip(PLACES, classes, strict=True)
            )
            self.dtypes = {dtype}

        def load_sd(self, sd) -> Any:
            # By place: the names and sizes of two Korean encoders do not tell which is which.
            loaded = [getattr(self, place).load_sd(state) for place, state in sd.items()]
            return [name for one in loaded for name in one[0]], [name for one in loaded for name in one[1]]

    return KoreanSDXLClipModel
