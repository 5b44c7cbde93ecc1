"""300 damaged weight files and 24 hostile ones: is each refused in a sentence, or read as transformers reads it?

`python -m benchmarks weight_files [--count 300] [--seed 17]`. A tiny Korean text encoder as .safetensors, .bin and
.bin of before 2020; bits flipped, the end cut off, tensors swapped, blocks of zeros. What loads is encoded by ours and
by transformers from the same file. The hostile ones go through every loader of weights that the pack has.
"""

import argparse
import io
import random
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..testing import comfy_host
from ..testing.models import korean
from ..testing.scenes import hostile

TOLERANCE = 2e-5
"""Of the largest value, which flipped bits can make large."""
TEXT = "고양이 두 마리가 창가에 앉아 있다"
KINDS = ("safetensors", "bin", "bin of before 2020")
DAMAGES = ("bits flipped", "cut off", "tensors swapped", "zeros")


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="weight_files")
    parser.add_argument("--count", type=int, default=300, help="damaged files")
    parser.add_argument("--seed", type=int, default=17)
    chosen = parser.parse_args(options)
    warnings.simplefilter("ignore")  # torch's, of protocols that damage names
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "encoder"
        comfy_host.start(Path(temporary) / "base")
        return {"damaged": damaged(folder, chosen.count, chosen.seed), "hostile": harmless(Path(temporary))}


def damaged(folder: Path, count: int, seed: int) -> list[dict]:
    """Rows of: kind of file, damage, how many were refused, read alike, read otherwise, or ended in a traceback."""
    korean.tokenizer(folder)
    from transformers import CLIPTokenizerFast

    tokenizer = CLIPTokenizerFast.from_pretrained(str(folder))
    model = korean.encoder(len(tokenizer), tokenizer.eos_token_id, layers=2)
    rng = random.Random(seed)
    found: dict[tuple[str, str], Counter] = {}
    for number in range(count):
        kind, damage = KINDS[number % 3], DAMAGES[number // 3 % 4]
        path = folder / f"model.{kind.split()[0]}"
        state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        path.write_bytes(_damage(state, kind, damage, rng))
        found.setdefault((kind, damage), Counter())[_outcome(path, model, tokenizer)] += 1
        path.unlink()
    outcomes = ("refused", "the same", "another", "traceback")
    return [
        {"file": kind, "damage": damage, **{name: counted[name] for name in outcomes}}
        for (kind, damage), counted in sorted(found.items())
    ]


def _damage(state: dict, kind: str, damage: str, rng: random.Random) -> bytes:
    if damage == "tensors swapped":
        one, other = rng.sample(sorted(state), 2)
        state[one], state[other] = state[other], state[one]
    data = bytearray(_written(state, kind))
    if damage == "bits flipped":
        # Half of them in the first bytes, where the structure is and not the numbers.
        for _ in range(rng.choice((1, 3, 20))):
            place = rng.randrange(min(len(data), rng.choice((2000, len(data)))))
            data[place] ^= 1 << rng.randrange(8)
    elif damage == "cut off":
        del data[rng.randrange(len(data)) :]
    elif damage == "zeros":
        place = rng.randrange(len(data))
        data[place : place + 4096] = bytes(len(data[place : place + 4096]))
    return bytes(data)


def _written(state: dict, kind: str) -> bytes:
    import torch
    from safetensors.torch import save

    if kind == "safetensors":
        return save(state)
    file = io.BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=kind == "bin")
    return file.getvalue()


def _outcome(path: Path, model: Any, tokenizer: Any) -> str:
    import torch

    from ..nodes.ground import UserError
    from ..nodes.korean_clip import comfy_clip

    try:
        clip = comfy_clip.load(comfy_clip.Source(path, None, path.parent, torch.float32))[0]
    except UserError:
        return "refused"
    except Exception:
        return "traceback"
    ours = clip.encode_from_tokens_scheduled(clip.tokenize(TEXT))[0][0][0]
    theirs = _theirs(path, model, tokenizer)
    far = float((ours - theirs).abs().max()) / max(1.0, float(theirs.abs().max()))
    return "the same" if far <= TOLERANCE else "another"  # what is no number is not the same


def _theirs(path: Path, model: Any, tokenizer: Any) -> Any:
    import copy

    import torch
    from safetensors.torch import load_file

    state = load_file(path) if path.suffix == ".safetensors" else torch.load(path, weights_only=True)
    other = copy.deepcopy(model)
    other.load_state_dict(state)
    ids = tokenizer(TEXT, padding="max_length", max_length=77, return_tensors="pt").input_ids
    with torch.inference_mode():
        return other(ids).last_hidden_state[0]


def harmless(folder: Path) -> list[dict]:
    """Rows of: loader, how many hostile files it refused in a sentence, ended in a traceback on, read, and ran."""
    from ..nodes.ground import UserError

    marker, rows = folder / "it-was-run", []
    for loader, (ending, load) in LOADERS.items():
        counted = Counter()
        for content in hostile.checkpoints(marker).values():
            path = folder / f"hostile{ending}"
            path.write_bytes(content)
            try:
                load(path)
                counted["read"] += 1
            except UserError:
                counted["refused"] += 1
            except Exception:
                counted["traceback"] += 1
            counted["run"] += marker.exists()
            marker.unlink(missing_ok=True)
        rows.append({"loader": loader, **{name: counted[name] for name in ("refused", "read", "traceback", "run")}})
    return rows


def _korean(path: Path) -> object:
    from ..nodes.korean_clip import weights

    return weights.read(path, None)


def _upscale(path: Path) -> object:
    from ..nodes.upscale import comfy_load

    return comfy_load.load(path, None, 1.0)


def _inpaint(path: Path) -> object:
    from ..nodes.erase import comfy_lama

    return comfy_lama.load(path)


def _topic(path: Path) -> object:
    from ..nodes.topic_prompt import topic_file

    return topic_file.read(path)


def _diffste(path: Path) -> object:
    from ..nodes.text_edit import checkpoint

    return checkpoint.read(path)


def _craft(path: Path) -> object:
    from ..nodes.text_mask.engines import craft

    return craft.load(path)


LOADERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "Korean CLIP": (".bin", _korean),
    "upscale model": (".pth", _upscale),
    "inpaint model": (".pt", _inpaint),
    "topic prompt": (".pt", _topic),
    "DiffSTE": (".ckpt", _diffste),
    "CRAFT": (".pth", _craft),
}
"""Loader -> the ending of its files, and what reads one."""
