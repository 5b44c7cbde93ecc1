"""A native `comfy.sd.CLIP` from Korean parts, through ComfyUI's own two hooks and without a change to ComfyUI.

`tokenizer_data["clip_l_tokenizer_class"]` replaces the tokenizer, `model_options["clip_l_class"]` the text model.
"""

from typing import Any

import comfy.sd
from comfy.model_patcher import ModelPatcher
from comfy.sd1_clip import SD1ClipModel, SD1Tokenizer
from comfy.supported_models_base import ClipTarget

from ..host import folders
from . import weights
from .comfy_part import Source, model_class, parameters, read, tokenizer_class
from .origin import Origin, mark
from .prompt_tokenizer import PromptTokenizer


def load(
    source: Source, disable_dynamic: bool = False
) -> tuple[comfy.sd.CLIP, weights.Encoder, PromptTokenizer, Origin]:
    """The CLIP, and what it was made of for the report.

    Raises:
        UserError: a file is damaged or none of its kind, or the tokenizer belongs to another encoder.
    """
    part = read(source)
    encoder, tokenizer = part.encoder, part.tokenizer
    model_options: dict[str, Any] = {"clip_l_class": model_class(part, return_projected_pooled=False)}
    if source.dtype is not None:
        model_options["dtype"] = source.dtype
    clip = comfy.sd.CLIP(
        ClipTarget(SD1Tokenizer, SD1ClipModel),
        embedding_directory=[str(path) for path in folders.roots("embeddings")],
        tokenizer_data={"clip_l_tokenizer_class": tokenizer_class(part, "clip_l")},
        parameters=parameters(part),
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
