"""1,000 headlines encoded one by one at the real size (ViT-L/14, random weights): ours against transformers.

`python -m benchmarks korean_clip [--count 1000]`. Both run in blocks of 50, in turns, in one process with float32
weights; peak memory comes from a process of its own for each, with one block.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ..testing import comfy_host
from ..testing.models import korean
from .kit import process

BLOCK = 50


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
                "ratio in time": round(seconds["ours"] / seconds["transformers"], 3),
                "largest difference of four headlines": f"{worst:.1e}",
            }
        ],
    }


def part(side: str, folder: str, base: str) -> float:
    """Peak memory in MB of one side with one block."""
    import torch

    with torch.inference_mode():
        encode = SIDES[side](Path(folder), Path(base))
        for text in headlines(BLOCK):
            encode(text)
    return process.memory("VmHWM")


def in_turns(folder: Path, base: Path, count: int) -> tuple[dict[str, float], float]:
    """CPU seconds of each side, and the largest difference between them."""
    import torch

    seconds = dict.fromkeys(SIDES, 0.0)
    with torch.inference_mode():
        encoders = {side: load(folder, base) for side, load in SIDES.items()}
        texts = headlines(count)
        worst = max(float((encoders["ours"](text) - encoders["transformers"](text)).abs().max()) for text in texts[:4])
        for start in range(0, count, BLOCK):
            for side, encode in encoders.items():
                begin = time.process_time()
                for text in texts[start : start + BLOCK]:
                    encode(text)
                seconds[side] += time.process_time() - begin
    return seconds, worst


def headlines(count: int) -> list[str]:
    """Words that the tokenizer knows: for unknown bytes the two differ on purpose."""
    words = korean.TEXT.split()
    return [" ".join(words[(7 * number + 3 * place) % len(words)] for place in range(6)) for number in range(count)]


def prepare(folder: Path) -> None:
    from safetensors.torch import save_file

    korean.tokenizer(folder, "full")
    model = korean.encoder(49408, 49407, width=768, layers=12, heads=12)
    save_file(model.state_dict(), folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(model.config.to_dict(), default=str))


def ours(folder: Path, base: Path) -> Callable:
    comfy_host.start(base)
    import torch

    from ..nodes.korean_clip import comfy_clip, layout

    weights = layout.weights_of(folder)
    source = comfy_clip.Source(weights, layout.config_of(weights), folder, torch.float32)
    clip = comfy_clip.load(source)[0]
    return lambda text: clip.encode_from_tokens_scheduled(clip.tokenize(text))[0][0]


def theirs(folder: Path, _: Path) -> Callable:
    import torch
    from transformers import CLIPTextModelWithProjection, CLIPTokenizerFast

    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    model = CLIPTextModelWithProjection.from_pretrained(str(folder)).eval()

    @torch.inference_mode()
    def encode(text: str):
        ids = tokenizer(text, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        return model(ids).last_hidden_state

    return encode


SIDES = {"ours": ours, "transformers": theirs}
