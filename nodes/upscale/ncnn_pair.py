"""Upscale models as ncnn's file pair, as Upscayl and realesrgan-ncnn-vulkan keep them: read as the tensors they are."""

import struct
from dataclasses import dataclass
from pathlib import Path

import torch

from ..ground import UserError
from ..ground.weight_kinds import refuse_other_kinds
from .ncnn_file import BINARY, HALF, INT8, SINGLE, TEXT_FORM, read_layers, read_numbers
from .ncnn_networks import recognise
from .weights import expect_numbers

LAYERS, NUMBERS = ".param", ".bin"
BEGINNINGS = {struct.pack("<I", tag) for tag in (HALF, INT8, *SINGLE)}
"""Of a .bin, whose first layer with numbers is a convolution."""


@dataclass(frozen=True)
class Pair:
    """A network under its public names."""

    tensors: dict[str, torch.Tensor]
    """As spandrel reads them; in the precision of the file."""
    notes: tuple[str, ...]
    """Sentences that a user should know of how it was read."""


def parts(path: Path) -> tuple[Path, ...]:
    """Both files of the pair that a file is of, the layers first; the file alone where it is of none."""
    ending = path.suffix.lower()
    if ending == LAYERS:
        return path, path.with_suffix(NUMBERS)
    if ending == NUMBERS and path.with_suffix(LAYERS).is_file():
        return path.with_suffix(LAYERS), path
    return (path,)


def is_pair(path: Path) -> bool:
    """Whether a file is one of a pair."""
    return len(parts(path)) == 2


def refuse_half(path: Path) -> None:
    """Say what a .bin is that has lost its .param, or is a .param.

    Raises:
        UserError: it is one, or plainly no weight file.
    """
    if path.suffix.lower() != NUMBERS:
        return
    refuse_other_kinds(path)
    with open(path, "rb") as file:
        beginning = file.read(4)
    if beginning == BINARY:
        raise UserError(f"{path.name} is the binary form of a .param: {TEXT_FORM}.")
    if beginning in BEGINNINGS:
        raise UserError(f"{path.name} is half of an ncnn pair: put {path.with_suffix(LAYERS).name} beside it.")


def read(path: Path) -> Pair:
    """The network of a pair.

    Args:
        path: either file of it.

    Raises:
        UserError: half of it is missing, damaged or of another model, or the network is none that is read here.
    """
    param, numbers = parts(path)
    if not numbers.is_file():
        raise UserError(f"{param.name} is half of an ncnn pair: put {numbers.name} beside it.")
    layers = read_layers(param)
    network = recognise(layers, param.name)
    found = read_numbers(layers, numbers, param)
    tensors = {
        f"{name}.{kind}": tensor
        for name, number in network.names.items()
        for kind, tensor in zip(("weight", "bias"), found[number], strict=False)
    }
    expect_numbers(tensors, numbers.name)
    if network.reduction == 1:
        return Pair(tensors, ())
    note = (
        f"{param.name} reduces what the network makes to {network.reduction:g} of it at the end; that is left out, and "
        "the network enlarges in full."
    )
    return Pair(tensors, (note,))
