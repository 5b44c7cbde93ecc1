"""Many prompts through one text encoder in batches, each as CLIP Text Encode gives it alone."""

from collections.abc import Iterator
from itertools import accumulate, islice, pairwise
from typing import Any

import comfy.sd
import torch

from ..ground.quick_linear import QuickLinear
from ..host import memory
from ..host.progress import Progress, interruptible_layers
from .comfy_encode import encode

CPU_CHUNKS, GPU_CHUNKS = 8, 64
"""Chunks of 77 that are encoded at once at most: matrices are full then, and more would only take memory."""
STATES = 16
"""How many times the width of a token's vector one layer holds at once: its inner states and those of attention."""


def encode_all(clip: comfy.sd.CLIP, prompts: list[str]) -> list[Any]:
    """CONDITIONING of each prompt, in their order.

    A prompt that comes more than once is encoded once.
    """
    progress = Progress(len(prompts))
    found: dict[str, Any] = {}
    if _has_schedule(clip) or len(prompts) == 1:
        for prompt in dict.fromkeys(prompts):
            found[prompt] = encode(clip, prompt)
            progress.step(prompts.count(prompt))
    else:
        waiting = {prompt: clip.tokenize(prompt)["l"] for prompt in prompts}
        most = _most_chunks(clip)
        while waiting:
            batch = dict(_fitting(waiting, most))
            try:
                with interruptible_layers(clip.cond_stage_model), QuickLinear():
                    encoded = _encode_batch(clip, list(batch.values()))
            except Exception as error:
                if most == 1 or not memory.is_out_of_memory(error):
                    raise
                memory.release()
                most //= 2
                continue
            found |= zip(batch, encoded, strict=True)
            waiting = dict(islice(waiting.items(), len(batch), None))
            progress.step(len(batch))
    return [[[states, dict(more)] for states, more in found[prompt]] for prompt in prompts]


def _has_schedule(clip: comfy.sd.CLIP) -> bool:
    """Whether hooks change the encoder over a sampler's steps, so that one prompt has several conditionings."""
    return clip.use_clip_schedule and clip.patcher.forced_hooks is not None


def _most_chunks(clip: comfy.sd.CLIP) -> int:
    tokenizer, device = clip.tokenizer.clip_l, clip.patcher.load_device
    chunk = tokenizer.max_length * tokenizer.embedding_size * STATES * torch.float32.itemsize
    most = CPU_CHUNKS if device.type == "cpu" else GPU_CHUNKS
    return max(1, min(most, memory.spare(device) // chunk))


def _fitting(waiting: dict[str, list], most: int) -> Iterator[tuple[str, list]]:
    """The first prompts that are at most so many chunks together; one in any case."""
    taken = 0
    for prompt, chunks in waiting.items():
        taken += len(chunks)
        if taken > most and taken > len(chunks):
            return
        yield prompt, chunks


def _encode_batch(clip: Any, prompts: list[list]) -> list[Any]:
    """CONDITIONING of each.

    Args:
        prompts: the chunks of each, as the tokenizer gives them.
    """
    chunks = [chunk for prompt in prompts for chunk in prompt]
    pooled: list[torch.Tensor] = []

    def keep(_module: Any, _chunks: Any, out: Any) -> None:
        pooled.append(out[1])

    # ComfyUI takes all for the chunks of one long prompt, and returns the pooled output of the first only.
    hook = clip.cond_stage_model.clip_l.register_forward_hook(keep)
    try:
        more = clip.encode_from_tokens({"l": chunks}, return_pooled=True, return_dict=True)
    finally:
        hook.remove()
    states = more.pop("cond").reshape(len(chunks), -1, more["pooled_output"].shape[-1])
    rows = pooled[0].to(states.device)
    ends = list(accumulate(map(len, prompts), initial=0))
    return [
        [[states[first:end].flatten(0, 1)[None], {**more, "pooled_output": rows[first : first + 1]}]]
        for first, end in pairwise(ends)
    ]
