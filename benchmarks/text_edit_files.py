"""100 damaged DiffSTE files: is each refused in a sentence, or read as what it holds?

`python -m benchmarks text_edit_files [--count 100] [--seed 17]`. A tiny checkpoint in the public layout, as Lightning
leaves it, as .safetensors and in PyTorch's form of before 2020; bits flipped, the end cut off, tensors swapped, values
that are no numbers. What is read is compared with what safetensors and torch themselves read of the same file, and once
more after its conversion to float16.
"""

import argparse
import random
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from ..testing.models import diffste

KINDS = ("ckpt", "safetensors", "ckpt of before 2020")
DAMAGES = ("bits flipped", "bits flipped in the structure", "cut off", "tensors swapped", "no numbers")
STRUCTURE = 100_000
"""Bytes at a file's beginning that describe its tensors."""
OUTCOMES = ("refused", "as it is", "as before the damage", "another", "traceback", "rests")


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="text_edit_files")
    parser.add_argument("--count", type=int, default=100, help="damaged files")
    parser.add_argument("--seed", type=int, default=17)
    chosen = parser.parse_args(options)
    warnings.simplefilter("ignore")  # torch's, of protocols that damage names
    rng, found = random.Random(chosen.seed), {}
    whole = diffste.tensors()
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(chosen.count):
            kind, damage = KINDS[number % len(KINDS)], DAMAGES[number // len(KINDS) % len(DAMAGES)]
            path = Path(temporary) / f"file.{kind.split()[0]}"
            written = _write(path, kind, damage, whole, rng)
            outcome = _outcome(path, whole, written if kind == "ckpt" else None)
            found.setdefault((kind, damage), Counter())[outcome] += 1
            path.unlink()
    return {
        "damaged": [
            {"file": kind, "damage": damage, **{name: counted[name] for name in OUTCOMES}}
            for (kind, damage), counted in sorted(found.items())
        ]
    }


def _write(path: Path, kind: str, damage: str, whole: dict, rng: random.Random) -> dict:
    """What the file was meant to hold before its bytes were damaged."""
    import torch
    from safetensors.torch import save_file

    state = dict(whole)
    names = sorted(name for name in state if not name.endswith("position_ids"))
    if damage == "tensors swapped":
        one, other = rng.sample(names, 2)
        state[one], state[other] = state[other], state[one]
    elif damage == "no numbers":
        name = rng.choice(names)
        state[name] = state[name].clone()
        state[name].view(-1)[rng.randrange(state[name].numel())] = rng.choice((float("nan"), float("inf"), 1e30))
    if kind == "safetensors":
        save_file(state, path)
    elif kind == "ckpt":
        diffste.lightning(path, state)
    else:
        torch.save({"state_dict": state}, path, _use_new_zipfile_serialization=False)
    data = bytearray(path.read_bytes())
    if damage == "cut off":
        del data[rng.randrange(len(data)) :]
    elif damage.startswith("bits"):
        most = STRUCTURE if "structure" in damage else len(data)
        for _ in range(rng.choice((1, 3, 20))):
            data[rng.randrange(most)] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return state


def _outcome(path: Path, whole: dict, written: dict | None) -> str:
    """One of `OUTCOMES`; "rests" where a refused conversion leaves a file behind.

    Args:
        written: what the file was meant to hold, where no other reader takes it without running it; such a file has
            checksums, and damage must not be read at all.
    """
    from ..nodes.ground import UserError
    from ..nodes.text_edit import checkpoint, conversion

    target = path.with_name("converted.safetensors")
    try:
        read = _flat(checkpoint.read(path))
        theirs = written or _theirs(path)
        as_it_is = read.keys() <= theirs.keys() and all(_same(read[name], theirs[name]) for name in read)
        before = all(_same(read[name], whole[name]) for name in read)
        conversion.convert(path, target, "float16")
        halved = _flat(checkpoint.read(target))
        as_it_is &= all(_same(halved[name], tensor.half()) for name, tensor in read.items())
        target.unlink()
        return "as before the damage" if before else "as it is" if as_it_is else "another"
    except UserError:
        rests = [one for one in path.parent.iterdir() if one != path]
        return "rests" if rests else "refused"
    except Exception:
        return "traceback"


def _flat(content) -> dict:
    """A checkpoint under its public names, without what is only counted."""
    parts = (("unet.", content.unet), ("vae.", content.vae), ("text_encoder.", content.text))
    return {prefix + name: tensor for prefix, part in parts for name, tensor in part.items()} | {
        "char_embedder.char_embedding.weight": content.characters,
        "char_embedder.position_embedding.weight": content.positions,
    }


def _theirs(path: Path) -> dict:
    import torch
    from safetensors.torch import load_file

    if path.suffix == ".safetensors":
        return load_file(path)
    content = torch.load(path, weights_only=True)
    return content.get("state_dict", content)


def _same(one, other) -> bool:
    import torch

    return torch.equal(one.float(), other.float())
