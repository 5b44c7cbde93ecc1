"""ncnn's two files: a .param that names layers and how they are joined, and a .bin with their numbers.

Source: docs/developer-guide/param-and-model-file-structure.md and src/modelbin.cpp of Tencent/ncnn.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from ..ground import UserError
from ..ground.weight_kinds import refuse_other_kinds

MAGIC = "7767517"
BINARY = struct.pack("<I", int(MAGIC))
"""How the form of a .param begins that is no text."""
TEXT_FORM = f"take the text form, which begins with a line {MAGIC}"
HALF, INT8 = 0x01306B47, 0x000D4B38
SINGLE = (0, 0x0002C056)
"""What stands before the weights of a convolution: which kind of numbers follow."""
ARRAY = -23300
"""A key at or below this stands for an array, whose length comes first."""
ALIGNED = 4
"""Bytes: where weights end, the next begin at a multiple."""
INSTEAD = "take the model as .safetensors or .pth"


@dataclass(frozen=True)
class Layer:
    """A line of a .param."""

    type: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    """Names of what it reads and makes."""
    settings: Mapping[int, float | tuple[float, ...]]
    """By ncnn's numbers; the operators' page of its documentation tells what each is."""

    def whole(self, key: int) -> int:
        """A setting that counts something, 0 where it is not given or can count nothing."""
        value = self.settings.get(key, 0)
        return max(value, 0) if isinstance(value, int) else 0


def read_layers(path: Path) -> list[Layer]:
    """The layers of a .param, in its order.

    Raises:
        UserError: something else, its binary form, damaged or cut off.
    """
    refuse_other_kinds(path)
    data = path.read_bytes()
    if data.startswith(BINARY):
        raise UserError(f"{path.name} is the binary form of a .param: {TEXT_FORM}.")
    lines = data.decode(errors="replace").split("\n")
    if lines[0].strip() != MAGIC:
        raise UserError(f"{path.name} is no .param of ncnn, which begins with a line {MAGIC}: get the pair again.")
    try:
        count = int(lines[1].split()[0])
        layers = [_layer(line) for line in lines[2:] if line.strip()]
    except (IndexError, ValueError) as error:
        raise UserError(f"{path.name} is damaged ({error}): get the pair again.") from error
    if len(layers) != count:
        raise UserError(f"{path.name} has {len(layers)} of its {count} layers: get the pair again.")
    return layers


def read_numbers(layers: list[Layer], path: Path, param: Path) -> list[tuple[torch.Tensor, ...]]:
    """The numbers of every layer: weight `[out,in,3,3]` and bias `[out]`, slopes `[out]`, or none.

    Weights keep the precision of the file; a convolution without a bias gets zeros.

    Raises:
        UserError: INT8, cut off, left over, or numbers of other layers.
    """
    try:
        numbers = _Numbers(path, param)
        found = [numbers.of(layer) for layer in layers]
    except OSError as error:
        raise UserError(f"{path.name} cannot be read ({error.strerror}): see to its rights.") from error
    numbers.expect_end()
    return found


class _Numbers:
    """A .bin, read from its beginning to its end."""

    def __init__(self, path: Path, param: Path) -> None:
        self._data, self._at = bytearray(path.read_bytes()), 0
        self._name, self._param = path.name, param.name

    def of(self, layer: Layer) -> tuple[torch.Tensor, ...]:
        """What the layer has, and no more."""
        if layer.type == "PReLU":
            return (self._take(layer.whole(0), torch.float32, layer),)
        if layer.type != "Convolution":
            return ()
        out, count = layer.whole(0), layer.whole(6)
        inward, rest = divmod(count, max(out, 1) * 9)
        if min(out, inward) < 1 or rest:
            raise UserError(f"{self._param} is damaged: {layer.name} has {count} weights for {out} outputs.")
        weight = self._take(count, self._kind(layer), layer).reshape(out, inward, 3, 3)
        bias = self._take(out, torch.float32, layer) if layer.whole(5) else torch.zeros(out)
        return weight, bias

    def expect_end(self) -> None:
        """Refuse what no layer has read."""
        left = len(self._data) - self._at
        if left:
            raise UserError(
                f"{self._name} has {left:,} bytes more than {self._param} has layers for: the two are no pair; put "
                "those together that came together."
            )

    def _kind(self, layer: Layer) -> torch.dtype:
        (tag,) = struct.unpack("<I", self._bytes(4, layer))
        if tag == HALF:
            return torch.float16
        if tag in SINGLE:
            return torch.float32
        if tag == INT8:
            raise UserError(f"{self._name} holds INT8 weights, which are not read here: {INSTEAD}.")
        raise UserError(
            f"{self._name} has no weights where {self._param} has its layer {layer.name}: it is damaged or quantised, "
            "or the two are no pair; put those together that came together."
        )

    def _take(self, count: int, kind: torch.dtype, layer: Layer) -> torch.Tensor:
        data = self._bytes(count * kind.itemsize, layer)
        return torch.frombuffer(data, dtype=kind, count=count) if count else torch.empty(0)

    def _bytes(self, count: int, layer: Layer) -> bytearray:
        """The next bytes, and on to where what follows begins."""
        end = self._at + count
        if end > len(self._data):
            raise UserError(
                f"{self._name} breaks off in the layer {layer.name} after {len(self._data):,} bytes: it is cut off, or "
                f"{self._param} is of another model; get the pair again."
            )
        data = self._data[self._at : end]
        self._at = min(-(-end // ALIGNED) * ALIGNED, len(self._data))
        return data


def _layer(line: str) -> Layer:
    kind, name, reads, makes, *rest = line.split()
    inward, outward = int(reads), int(makes)
    blobs, settings = rest[: inward + outward], rest[inward + outward :]
    if min(inward, outward) < 0 or len(blobs) < inward + outward:
        raise ValueError(f"the layer {name} breaks off")
    return Layer(kind, name, tuple(blobs[:inward]), tuple(blobs[inward:]), dict(map(_setting, settings)))


def _setting(text: str) -> tuple[int, float | tuple[float, ...]]:
    key, _, value = text.partition("=")
    if int(key) > ARRAY:
        return int(key), _number(value)
    count, *values = map(_number, value.split(","))
    if len(values) != count:
        raise ValueError(f"{text} breaks off")
    return int(key), tuple(values)


def _number(text: str) -> float:
    return float(text) if set(text) & set(".eEnN") else int(text)
