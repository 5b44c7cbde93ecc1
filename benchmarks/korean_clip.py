"""1,000 headlines encoded at the real size (ViT-L/14, random weights), one by one and as a list, against transformers.

`python -m benchmarks korean_clip [--count 1000]`. All sides run in blocks of 50, in turns, in one process with float32
weights; a list goes through Encode Text with Topic, and transformers' batches are as large as those of the node. Peak
memory comes from a process of its own for each, with one block.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

from ..testing import comfy_host
from ..testing.models import korean
from .kit import process

BLOCK = 50
BATCH = 8
"""What the node takes at once on a CPU."""
Encode = Callable[[list[str]], Sequence]
"""Texts -> the states of each, `[77,width]`."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="korean_clip")
    parser.add_argument("--count", type=int, default=1000, help="headlines")
    count = parser.parse_args(options).count
    with tempfile.TemporaryDirectory() as temporary:
        folder, base = Path(temporary) / "large", Path(temporary) / "base"
        prepare(folder)
        memory = {side: process.alone("korean_clip", side, str(folder), str(base)) for side in SIDES}
        seconds, worst = in_turns(folder, base, count)
    return {
        "sides": [
            {"side": side, "headlines": count, "CPU s": round(seconds[side], 1), "peak MB": round(memory[side])}
            for side in SIDES
        ],
        "against": [
            {
                "side": side,
                "against": other,
                "ratio in time": round(seconds[side] / seconds[other], 3),
                "largest difference": f"{worst[side]:.1e}",
            }
            for side, other in AGAINST
        ],
    }


def part(side: str, folder: str, base: str) -> float:
    """Peak memory in MB of one side with one block."""
    import torch

    with torch.inference_mode():
        SIDES[side](Path(folder), Path(base))(headlines(BLOCK))
    return process.memory("VmHWM")


def in_turns(folder: Path, base: Path, count: int) -> tuple[dict[str, float], dict[str, float]]:
    """CPU seconds of each side, and the largest difference of each from transformers one by one."""
    import torch

    seconds, worst = dict.fromkeys(SIDES, 0.0), dict.fromkeys(SIDES, 0.0)
    with torch.inference_mode():
        encoders = {side: load(folder, base) for side, load in SIDES.items()}
        texts = headlines(count)
        for start in range(0, count, BLOCK):
            found = {}
            for side, encode in encoders.items():
                begin = time.process_time()
                found[side] = encode(texts[start : start + BLOCK])
                seconds[side] += time.process_time() - begin
            for side, states in found.items():
                pairs = zip(states, found["transformers"], strict=True)
                worst[side] = max(worst[side], *(float((one - other).abs().max()) for one, other in pairs))
    return seconds, worst


def headlines(count: int) -> list[str]:
    """No two alike, of words that the tokenizer knows: for unknown bytes the two differ on purpose."""
    words, draw = korean.TEXT.split(), random.Random(0)
    found: dict[str, None] = {}
    while len(found) < count:
        found[" ".join(draw.sample(words, 6))] = None
    return list(found)


def prepare(folder: Path) -> None:
    from safetensors.torch import save_file

    korean.tokenizer(folder, "full")
    model = korean.encoder(49408, 49407, width=768, layers=12, heads=12)
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(model.config.to_dict(), default=str))


@cache
def clip_of(folder: Path, base: Path):
    comfy_host.start(base)
    import torch

    from ..nodes.korean_clip import comfy_clip, layout

    weights = layout.weights_of(folder)
    return comfy_clip.load(comfy_clip.Source(weights, layout.config_of(weights), folder, torch.float32))[0]


def ours(folder: Path, base: Path) -> Encode:
    clip = clip_of(folder, base)
    return lambda texts: [clip.encode_from_tokens_scheduled(clip.tokenize(text))[0][0][0] for text in texts]


def ours_listed(folder: Path, base: Path) -> Encode:
    clip = clip_of(folder, base)
    from ..nodes.topic_prompt.nodes import EncodeTopicText

    return lambda texts: [
        conditioning[0][0][0]
        for conditioning in EncodeTopicText.execute([clip], texts, ["prefix"], [1.0], ["chunk"]).result[0]
    ]


def theirs(folder: Path, base: Path, batch: int = 1) -> Encode:
    import torch
    from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast

    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    model = CLIPTextModelWithProjection.from_pretrained(str(folder)).eval()

    @torch.inference_mode()
    def encode(texts: list[str]):
        states = []
        for start in range(0, len(texts), batch):
            some = texts[start : start + batch]
            ids = tokenizer(some, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
            states += model(ids).last_hidden_state
        return states

    return encode


SIDES = {
    "ours": ours,
    "transformers": theirs,
    "ours, as a list": ours_listed,
    "transformers, in batches": partial(theirs, batch=BATCH),
}
AGAINST = (
    ("ours", "transformers"),
    ("ours, as a list", "transformers"),
    ("ours, as a list", "transformers, in batches"),
)
