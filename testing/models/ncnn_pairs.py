"""Upscale models as ncnn's file pair, in every way in which converters write them.

Written from ncnn's own description of its files, and run by ncnn itself in the tests.
"""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

HALF, SINGLE, INT8 = 0x01306B47, 0, 0x000D4B38


@dataclass(frozen=True)
class Style:
    """How a converter writes what may be written in several ways."""

    half: bool = True
    """Weights in float16."""
    fused: bool = True
    """An activation within its convolution, else a ReLU of its own."""
    eltwise: bool = True
    """A residual as one Eltwise with factors, else as two BinaryOp."""


@dataclass
class Writer:
    """Lines of a .param and bytes of a .bin, layer by layer."""

    style: Style
    lines: list[str] = field(default_factory=list)
    data: bytearray = field(default_factory=bytearray)
    blobs: int = 0

    def layer(self, kind: str, inputs: list[str], *settings: str) -> str:
        self.blobs += 1
        made = f"b{self.blobs}"
        name = f"{kind}_{len(self.lines)}"
        self.lines.append(" ".join([kind, name, str(len(inputs)), "1", *inputs, made, *settings]))
        return made

    def source(self) -> str:
        self.lines.append("Input data 0 1 data")
        return "data"

    def conv(self, blob: str, weight: np.ndarray, bias: np.ndarray, slope: float | None = None) -> str:
        out = weight.shape[0]
        settings = [f"0={out}", "1=3", "4=1", "5=1", f"6={weight.size}"]
        if slope is not None and self.style.fused:
            settings += ["9=2", f"-23310=1,{slope:e}"]
        made = self.layer("Convolution", [blob], *settings)
        stored = weight.astype("<f2" if self.style.half else "<f4").tobytes()
        self.data += struct.pack("<I", HALF if self.style.half else SINGLE) + stored + bytes(-len(stored) % 4)
        self.data += bias.astype("<f4").tobytes()
        return made if slope is None or self.style.fused else self.layer("ReLU", [made], f"0={slope:e}")

    def slopes(self, blob: str, slopes: np.ndarray) -> str:
        self.data += slopes.astype("<f4").tobytes()
        return self.layer("PReLU", [blob], f"0={slopes.size}")

    def residual(self, small: str, large: str) -> str:
        if self.style.eltwise:
            return self.layer("Eltwise", [small, large], "0=1", "-23301=2,2.000000e-01,1.000000e+00")
        return self.layer("BinaryOp", [self.layer("BinaryOp", [small], "0=2", "1=1", "2=2.000000e-01"), large], "0=0")

    def added(self, one: str, other: str) -> str:
        return self.layer("BinaryOp", [one, other], "0=0")

    def nearest(self, blob: str, factor: int) -> str:
        return self.layer("Interp", [blob], "0=1", f"1={factor:e}", f"2={factor:e}")

    def save(self, path: Path) -> Path:
        """As PATH.param and PATH.bin; blobs that several layers read are split, as ncnn wants it."""
        lines = _split(self.lines)
        blobs = sum(int(line.split()[3]) for line in lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        param = path.with_suffix(".param")
        param.write_text("\n".join(["7767517", f"{len(lines)} {blobs}", *lines]) + "\n")
        path.with_suffix(".bin").write_bytes(self.data)
        return param


def rrdb(weights: dict[str, np.ndarray], path: Path, style: Style = Style()) -> Path:
    """An RRDBNet of these tensors (`testing/models/upscale.py` draws them); the .param of the pair."""
    writer = Writer(style)

    def conv(name: str, blob: str, slope: float | None = None) -> str:
        return writer.conv(blob, weights[f"{name}.weight"], weights[f"{name}.bias"], slope)

    features = trunk = conv("conv_first", writer.source())
    blocks = len({name.split(".")[1] for name in weights if name.startswith("body.")})
    for block in range(blocks):
        inner = trunk
        for part in (1, 2, 3):
            grown = [inner]
            for number in range(1, 5):
                joined = grown[0] if number == 1 else writer.layer("Concat", grown, "0=0")
                grown.append(conv(f"body.{block}.rdb{part}.conv{number}", joined, 0.2))
            last = conv(f"body.{block}.rdb{part}.conv5", writer.layer("Concat", grown, "0=0"))
            inner = writer.residual(last, inner)
        trunk = writer.residual(inner, trunk)
    picture = writer.added(features, conv("conv_body", trunk))
    for name in sorted({key.partition(".")[0] for key in weights if key.startswith("conv_up")}):
        picture = conv(name, writer.nearest(picture, 2), 0.2)
    conv("conv_last", conv("conv_hr", picture, 0.2))
    return writer.save(path)


def compact(weights: dict[str, np.ndarray], path: Path, style: Style = Style(), reduced: float = 1.0) -> Path:
    """A Compact network of these tensors; `reduced` is what animevideov3-x2 (0.5) and -x3 (0.75) end with."""
    writer = Writer(style)
    source = blob = writer.source()
    places = sorted({int(name.split(".")[1]) for name in weights})
    for place in places:
        weight = weights[f"body.{place}.weight"]
        blob = (
            writer.slopes(blob, weight)
            if weight.ndim == 1
            else writer.conv(blob, weight, weights[f"body.{place}.bias"])
        )
    scale = round((weights[f"body.{places[-1]}.weight"].shape[0] / 3) ** 0.5)
    blob = writer.layer("PixelShuffle", [blob], f"0={scale}")
    blob = writer.added(blob, writer.nearest(source, scale))
    if reduced != 1:
        writer.layer("Interp", [blob], "0=3", f"1={reduced:e}", f"2={reduced:e}")
    return writer.save(path)


def _split(lines: list[str]) -> list[str]:
    """The same with a Split after every blob that several layers read."""
    reads: dict[str, int] = {}
    for line in lines:
        for blob in _inputs(line):
            reads[blob] = reads.get(blob, 0) + 1
    given: dict[str, int] = {}
    result = []
    for line in lines:
        parts = line.split()
        inputs = []
        for blob in _inputs(line):
            inputs.append(f"{blob}_{given.get(blob, 0)}" if reads[blob] > 1 else blob)
            given[blob] = given.get(blob, 0) + 1
        parts[4 : 4 + len(inputs)] = inputs
        result.append(" ".join(parts))
        made = parts[4 + len(inputs)]
        if reads.get(made, 0) > 1:
            copies = [f"{made}_{number}" for number in range(reads[made])]
            result.append(" ".join(["Split", f"split_{made}", "1", str(len(copies)), made, *copies]))
    return result


def _inputs(line: str) -> list[str]:
    parts = line.split()
    return parts[4 : 4 + int(parts[2])]
