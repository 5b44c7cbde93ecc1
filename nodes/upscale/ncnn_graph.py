"""What the layers of a .param compute: every blob as an expression of the input.

Converters write one computation in many ways: activations alone or within a convolution, sums as Eltwise or BinaryOp,
joined inputs at once or one by one. Here the same computation is the same value, however it is written.
"""

from collections.abc import Mapping, Sequence

from ..ground import UserError
from .ncnn_file import INSTEAD, Layer

Value = int
"""An expression; equal ones have one number."""
ANY = None
HINTS = {30: ANY, 31: ANY, -23330: ANY, -23331: ANY}
"""Settings that every layer may have and that change nothing of what it computes."""
READ: Mapping[str, Mapping[int, float | None]] = {
    "Input": {0: ANY, 1: ANY, 2: ANY},
    "Split": {},
    # Outputs, kernel, dilation, stride, padding, bias, weights, INT8, activation and its slope; heights, other sides.
    "Convolution": {
        0: ANY, 1: 3, 2: 1, 3: 1, 4: 1, 5: ANY, 6: ANY, 8: 0, 9: ANY, -23310: ANY,
        11: 3, 12: 1, 13: 1, 14: 1, 15: 1, 16: 1, 18: 0, 19: 0,
    },
    "PReLU": {0: ANY},
    "ReLU": {0: ANY},
    "Concat": {0: 0},
    "Eltwise": {0: 1, -23301: ANY},
    "BinaryOp": {0: ANY, 1: ANY, 2: ANY},
    "Interp": {0: ANY, 1: ANY, 2: ANY, 3: 0, 4: 0, 5: 0, 6: 0},
    "PixelShuffle": {0: ANY, 1: 0},
}  # fmt: skip
"""Layers that are read -> the settings that they may have -> the only value that is read, or any."""
NEEDED = {"Convolution": (1, 4), "Eltwise": (0,)}
"""Settings that mean something else where they are not given."""
ADD, MULTIPLY = 0, 2
"""What a BinaryOp does."""
NEAREST, CUBIC = 1, 3
"""How an Interp finds values."""
RELU, LEAKY = 1, 2
"""The activation within a convolution."""
DIGITS = 6
"""Of factors, as converters print them."""


class Expressions:
    """All expressions that were asked for, each once."""

    def __init__(self) -> None:
        self._values: dict[tuple[object, ...], Value] = {}
        self._parts: list[tuple[object, ...]] = []

    def parts(self, value: Value) -> tuple[object, ...]:
        """What an expression is: its kind, then numbers and the values that it is made of."""
        return self._parts[value]

    def make(self, *parts: object) -> Value:
        """The value of an expression that is written in one way only."""
        if parts not in self._values:
            self._values[parts] = len(self._parts)
            self._parts.append(parts)
        return self._values[parts]

    def leaky(self, slope: float, value: Value) -> Value:
        """A rectifier that lets `slope` of what is negative through."""
        return self.make("leaky", round(slope, DIGITS), value)

    def joined(self, values: Sequence[Value]) -> Value:
        """Channels one after the other."""
        flat: list[object] = []
        for value in values:
            kind, *within = self._parts[value]
            flat += within if kind == "joined" else [value]
        return values[0] if len(values) == 1 else self.make("joined", *flat)

    def total(self, terms: Sequence[tuple[float, Value]]) -> Value:
        """The sum of factor times value."""
        flat: list[tuple[float, Value]] = []
        for factor, value in terms:
            kind, *within = self._parts[value]
            if kind == "total" and len(within) == 1:
                [(inner, value)] = within  # type: ignore[misc]
                factor *= inner
            flat.append((round(factor, DIGITS), value))
        return self.make("total", *sorted(flat))


class Graph(Expressions):
    """The expressions of a .param."""

    def __init__(self, layers: list[Layer], name: str) -> None:
        """
        Args:
            name: of the .param, for errors.

        Raises:
            UserError: a layer that is not read here, or one that reads what no layer makes.
        """
        super().__init__()
        self.source = self.make("input", 0)
        self.readers: dict[Value, list[int]] = {}
        """Value -> the convolutions and slopes that read it, by the number of their layer."""
        blobs: dict[str, Value] = {}
        for number, layer in enumerate(layers):
            _expect_read(layer, name)
            unknown = [blob for blob in layer.inputs if blob not in blobs]
            if unknown:
                raise UserError(
                    f"{name} is damaged: its layer {layer.name} reads {unknown[0]}, which no layer before it makes; "
                    "get the pair again."
                )
            made = self._made(number, layer, [blobs[blob] for blob in layer.inputs])
            if made is None:
                raise UserError(_not_read(name, layer))
            blobs.update(dict.fromkeys(layer.outputs, made))
        read = {blob for layer in layers for blob in layer.inputs}
        self.values = set(blobs.values())
        """Everything that the layers make."""
        self.results = {value for blob, value in blobs.items() if blob not in read}
        """What no layer reads."""

    def _made(self, number: int, layer: Layer, inputs: list[Value]) -> Value | None:
        """What a layer makes of its inputs; None where that is not read here."""
        setting = layer.settings.get
        match layer.type, inputs:
            case "Input", []:
                return self.make("input", number)
            case "Split", [value]:
                return value
            case "Convolution", [value]:
                self.readers.setdefault(value, []).append(number)
                return self._activated(layer, self.make("weighted", number, value))
            case "PReLU", [value]:
                self.readers.setdefault(value, []).append(number)
                return self.make("weighted", number, value)
            case "ReLU", [value]:
                return self.leaky(float(setting(0, 0)), value)  # type: ignore[arg-type]
            case "Concat", [_, *_]:
                return self.joined(inputs)
            case "Eltwise", [_, _, *_]:
                return self._sum(setting(-23301, (1,) * len(inputs)), inputs)
            case "BinaryOp", [one, other] if setting(0, ADD) == ADD:
                return self.total([(1, one), (1, other)])
            case "BinaryOp", [value] if (setting(0), setting(1)) == (MULTIPLY, 1):
                return self.total([(float(setting(2, 0)), value)])  # type: ignore[arg-type]
            case "Interp", [value] if setting(0) in (NEAREST, CUBIC) and setting(1) == setting(2):
                return self.make("resized", setting(0), setting(1), value)
            case "PixelShuffle", [value]:
                return self.make("unfolded", setting(0, 1), value)
            case _:
                return None

    def _sum(self, factors: float | tuple[float, ...], inputs: list[Value]) -> Value | None:
        if not isinstance(factors, tuple) or len(factors) != len(inputs):
            return None
        return self.total(list(zip(factors, inputs, strict=True)))

    def _activated(self, layer: Layer, value: Value) -> Value | None:
        kind, slopes = layer.settings.get(9, 0), layer.settings.get(-23310, ())
        if kind == 0:
            return value
        if kind == RELU:
            return self.leaky(0.0, value)
        if kind == LEAKY and isinstance(slopes, tuple) and len(slopes) == 1:
            return self.leaky(slopes[0], value)
        return None


def _expect_read(layer: Layer, name: str) -> None:
    known = READ.get(layer.type)
    if known is None:
        raise UserError(_not_read(name, layer))
    if layer.type == "Convolution" and layer.settings.get(8):
        raise UserError(f"{name} belongs to INT8 weights, which are not read here: {INSTEAD}.")
    allowed = {**known, **HINTS}
    for key in (*layer.settings, *NEEDED.get(layer.type, ())):
        value = layer.settings.get(key)
        if key not in allowed or (allowed[key] is not ANY and value != allowed[key]):
            raise UserError(_not_read(name, layer, f" with {key}={value}"))


def _not_read(name: str, layer: Layer, how: str = "") -> str:
    return (
        f"{name} has a layer {layer.name} of type {layer.type}{how}, which is not read here; RRDBNet (ESRGAN) and "
        f"Compact are: {INSTEAD}."
    )
