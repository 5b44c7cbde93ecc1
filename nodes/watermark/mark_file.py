"""A learned mark as a safetensors file: two tensors, and in its header what a human wants to know."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from ..ground import UserError
from ..ground.tensor_file import read_tensors
from ..ground.whole_file import write_whole
from .mark import ANCHORS, Watermark

FORMAT = "dancheong watermark 1"


def write(path: Path, mark: Watermark) -> None:
    """Keep a mark in a file; one that is there with the same content stays as it is.

    Raises:
        UserError: another mark is already there.
    """
    described = {
        "format": FORMAT,
        "anchor": mark.anchor,
        "offset": json.dumps(mark.offset),
        "reference": json.dumps(mark.reference),
        "uncertainty": json.dumps(mark.uncertainty),
        "agency": mark.agency,
    }
    tensors = {"alpha": torch.from_numpy(mark.alpha).contiguous(), "colour": torch.from_numpy(mark.colour).contiguous()}
    if path.exists():
        if _described(path) != (described, [tensor.tolist() for tensor in tensors.values()]):
            raise UserError(
                f"{path.name} is there already and holds another mark: choose another name, or delete it first."
            )
        return
    write_whole(path, save(tensors, described))


def _described(path: Path) -> tuple[dict[str, str], list[list[float]]]:
    # By content: safetensors does not write equal tables as equal bytes.
    tensors, described = read_tensors(path)
    return described, [tensors[name].tolist() for name in ("alpha", "colour") if name in tensors]


def read(path: Path) -> Watermark:
    """A mark from its file.

    Raises:
        UserError: damaged, or no learned mark.
    """
    tensors, described = read_tensors(path)
    try:
        if described["format"] != FORMAT:
            raise ValueError(described["format"])
        alpha, colour = (np.ascontiguousarray(tensors[name].float().numpy()) for name in ("alpha", "colour"))
        mark = Watermark(
            alpha,
            colour,
            described["anchor"],
            _pair(described["offset"]),
            tuple(int(side) for side in _pair(described["reference"])),  # type: ignore[arg-type]
            float(json.loads(described["uncertainty"])),
            described["agency"],
        )
        fits = alpha.ndim == 2 and alpha.size and colour.shape == (*alpha.shape, 3) and mark.anchor in ANCHORS
        fits = fits and min(mark.reference) > 0 and np.isfinite(alpha).all() and np.isfinite(colour).all()
        if not (fits and alpha.min() >= 0 and alpha.max() < 1):
            raise ValueError("its tensors do not fit")
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path.name} is no learned mark ({error}): expected a file that Save Watermark wrote, format {FORMAT!r}."
        ) from error
    return mark


def _pair(text: str) -> tuple[float, float]:
    x, y = json.loads(text)
    return float(x), float(y)
