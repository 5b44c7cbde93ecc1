"""A learned mark as a safetensors file: two tensors for each mark of its collection, and in its header what a human
wants to know."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.whole_file import write_whole
from .mark import ANCHORS, Watermark

FORMAT, SEVERAL = "dancheong watermark 1", "dancheong watermarks 1"
"""Of one mark, and of several, whose names of tensors and entries end in .1, .2 and so on from the second on."""


def write(path: Path, mark: Watermark) -> None:
    """Keep a mark, with the others of its collection, in a file; one that has the same content stays as it is.

    Raises:
        UserError: another mark is already there.
    """
    described, tensors = {"format": SEVERAL if mark.others else FORMAT}, {}
    for number, one in enumerate(mark.every):
        ending = _ending(number)
        entries = {
            "anchor": one.anchor,
            "offset": json.dumps(one.offset),
            "reference": json.dumps(one.reference),
            "uncertainty": json.dumps(one.uncertainty),
            "agency": one.agency,
        }
        described |= {name + ending: entry for name, entry in entries.items()}
        tensors["alpha" + ending] = torch.from_numpy(one.alpha).contiguous()
        tensors["colour" + ending] = torch.from_numpy(one.colour).contiguous()
    if path.exists():
        # By content: safetensors does not write equal tables as equal bytes.
        known, said = read_tensors(path)
        if said != described or {name: tensor.tolist() for name, tensor in known.items()} != {
            name: tensor.tolist() for name, tensor in tensors.items()
        }:
            raise UserError(
                f"{path.name} is there already and holds another mark: choose another name, or delete it first."
            )
        return
    write_whole(path, save(tensors, described))


def read(path: Path) -> Watermark:
    """A mark from its file, with the others of its collection.

    Raises:
        UserError: damaged, or no learned mark.
    """
    tensors, described = read_tensors(path)
    try:
        if described["format"] not in (FORMAT, SEVERAL):
            raise ValueError(described["format"])
        count = sum(name.partition(".")[0] == "alpha" for name in tensors) if described["format"] == SEVERAL else 1
        first, *others = (_mark(tensors, described, _ending(number)) for number in range(count))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path.name} is no learned mark ({error}): expected a file that Save Watermark wrote, format {FORMAT!r}."
        ) from error
    return replace(first, others=tuple(others))


def _mark(tensors: dict[str, torch.Tensor], described: dict[str, str], ending: str) -> Watermark:
    alpha, colour = (np.ascontiguousarray(tensors[name + ending].float().numpy()) for name in ("alpha", "colour"))
    mark = Watermark(
        alpha,
        colour,
        described["anchor" + ending],
        _pair(described["offset" + ending]),
        tuple(int(side) for side in _pair(described["reference" + ending])),  # type: ignore[arg-type]
        float(json.loads(described["uncertainty" + ending])),
        described["agency" + ending],
    )
    fits = alpha.ndim == 2 and alpha.size and colour.shape == (*alpha.shape, 3) and mark.anchor in ANCHORS
    fits = fits and min(mark.reference) > 0 and np.isfinite(alpha).all() and np.isfinite(colour).all()
    if not (fits and alpha.min() >= 0 and alpha.max() < 1):
        raise ValueError("its tensors do not fit")
    return mark


def _ending(number: int) -> str:
    return f".{number}" if number else ""


def _pair(text: str) -> tuple[float, float]:
    x, y = json.loads(text)
    return float(x), float(y)
