"""Which network a .param is: RRDBNet or Compact, recognised by what it computes, with the public names of its tensors.

RRDBNet: Wang et al. 2018, arXiv:1809.00219; names from basicsr/archs/rrdbnet_arch.py and srvgg_arch.py.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..ground import UserError
from .ncnn_file import INSTEAD, Layer
from .ncnn_graph import CUBIC, NEAREST, Graph, Value

SLOPE, RESIDUAL = 0.2, 0.2
"""RRDBNet's leaky ReLU lets a fifth of what is negative through, and a fifth of every block is added."""
DENSE = 5
"""Convolutions of a dense block."""


@dataclass(frozen=True)
class Recognised:
    """A network that spandrel builds."""

    names: Mapping[str, int]
    """Name of a tensor, without `.weight` and `.bias` -> number of the layer that holds it."""
    reduction: float
    """What the file reduces the enlarged picture by at the end; 1 where it does not."""


def recognise(layers: list[Layer], name: str) -> Recognised:
    """The network of a .param.

    Args:
        name: of the file, for errors.

    Raises:
        UserError: another network, or one of the two with something else in it.
    """
    graph = Graph(layers, name)
    walk = _Walk(graph, layers)
    is_compact = any(layer.type == "PReLU" for layer in layers)
    try:
        result = _compact(walk) if is_compact else _rrdbnet(walk)
        reduction = _reduction(graph, result)
    except _UnlikeError as error:
        kind = "Compact" if is_compact else "RRDBNet (ESRGAN)"
        raise UserError(f"{name} is no {kind} that is read here ({error}): {INSTEAD}.") from error
    return Recognised(walk.names, reduction)


class _UnlikeError(Exception):
    """Where a graph first differs from the network that it is compared with."""


class _Walk:
    """A graph, followed as a network computes."""

    def __init__(self, graph: Graph, layers: list[Layer]) -> None:
        self.graph, self.layers = graph, layers
        self.names: dict[str, int] = {}

    def layer(self, name: str) -> Layer:
        """The one that holds the tensors of a name."""
        return self.layers[self.names[name]]

    def has(self, value: Value) -> bool:
        return value in self.graph.values

    def reader(self, value: Value, kind: str = "Convolution") -> int | None:
        """The one layer of a kind that reads a value."""
        found = [number for number in self.graph.readers.get(value, []) if self.layers[number].type == kind]
        return found[0] if len(found) == 1 else None

    def through(self, name: str, value: Value, kind: str = "Convolution") -> Value:
        """On through that layer, which holds the tensors of that name."""
        number = self.reader(value, kind)
        if number is None:
            raise _UnlikeError(f"no layer is its {name}")
        self.names[name] = number
        return self.graph.make("weighted", number, value)

    def rectified(self, name: str, value: Value) -> Value:
        return self.graph.leaky(SLOPE, self.through(name, value))


def _rrdbnet(walk: _Walk) -> Value:
    graph = walk.graph
    features = walk.through("conv_first", graph.source)
    trunk, block = features, 0
    while _begins_a_block(walk, trunk):
        inner = trunk
        for part in (1, 2, 3):
            grown = [inner]
            for number in range(1, DENSE):
                name = f"body.{block}.rdb{part}.conv{number}"
                grown.append(walk.rectified(name, graph.joined(grown)))
            last = walk.through(f"body.{block}.rdb{part}.conv{DENSE}", graph.joined(grown))
            inner = graph.total([(RESIDUAL, last), (1, inner)])
        trunk = graph.total([(RESIDUAL, inner), (1, trunk)])
        block += 1
    picture = graph.total([(1, walk.through("conv_body", trunk)), (1, features)])
    doubled = 0
    while walk.has(larger := graph.make("resized", NEAREST, 2, picture)):
        doubled += 1
        picture = walk.rectified(f"conv_up{doubled}", larger)
    return walk.through("conv_last", walk.rectified("conv_hr", picture))


def _begins_a_block(walk: _Walk, trunk: Value) -> bool:
    """What follows the last block is not rectified."""
    number = walk.reader(trunk)
    return number is not None and walk.has(walk.graph.leaky(SLOPE, walk.graph.make("weighted", number, trunk)))


def _compact(walk: _Walk) -> Value:
    graph, place = walk.graph, 0
    value = walk.through("body.0", graph.source)
    while walk.reader(value, "PReLU") is not None:
        convolution = walk.layer(f"body.{place}")
        value = walk.through(f"body.{place + 1}", value, "PReLU")
        slopes = walk.layer(f"body.{place + 1}")
        if slopes.whole(0) != convolution.whole(0):
            raise _UnlikeError(f"{slopes.name} has {slopes.whole(0)} slopes for {convolution.whole(0)} channels")
        place += 2
        value = walk.through(f"body.{place}", value)
    first, last = walk.layer("body.0"), walk.layer(f"body.{place}")
    channels = first.whole(6) // (9 * max(first.whole(0), 1))
    scale = math.isqrt(last.whole(0) // max(channels, 1))
    enlarged = graph.make("unfolded", scale, value)
    return graph.total([(1, enlarged), (1, graph.make("resized", NEAREST, scale, graph.source))])


def _reduction(graph: Graph, result: Value) -> float:
    """What comes after the network: nothing, or a reduction."""
    if graph.results == {result}:
        return 1.0
    if len(graph.results) == 1:
        (last,) = graph.results
        match graph.parts(last):
            case "resized", kind, float(factor), value if kind == CUBIC and value == result and factor < 1:
                return factor
            case _:
                pass
    raise _UnlikeError("its layers are joined in another way")
