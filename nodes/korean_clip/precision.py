"""How tensors are kept in a file, brought to plain floating point; what is not understood is refused by name.

Float8 files are made in three ways: cast as they are, scaled with a marker (`scaled_fp8`, `scale_weight`), or scaled as
ComfyUI writes them today (`weight_scale`, `comfy_quant`, or `_quantization_metadata` in the header; QUANTIZATION.md of
ComfyUI). A scaled weight means `weight * scale`.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch

from ..ground import UserError

PLAIN = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
EIGHT_BITS = (torch.float8_e4m3fn, torch.float8_e5m2)
FORMATS = ("float8_e4m3fn", "float8_e5m2")
SCALES = (".weight_scale", ".scale_weight")
FOR_INPUTS = (".input_scale", ".scale_input")
"""Of values, not weights: nothing is computed in eight bits here, so they are not needed."""
MARKER, FORMAT, HEADER = "scaled_fp8", ".comfy_quant", "_quantization_metadata"
MOST = torch.finfo(torch.float16).max
SHOWN = 3

Tensors = dict[str, torch.Tensor]


def plain(state: Mapping[str, torch.Tensor], scaled: bool, path: Path) -> tuple[Tensors, str]:
    """The tensors without their scales, and a note on them or "".

    Args:
        scaled: a marker beside them says that every weight in eight bits has a scale.

    Raises:
        UserError: a format or a scale that is not understood.
    """
    formats = {name: _format(tensor) for name, tensor in state.items() if name.endswith(FORMAT)}
    scales = {name.rpartition(".")[0]: tensor for name, tensor in state.items() if name.endswith(SCALES)}
    aside = (*SCALES, *FOR_INPUTS, FORMAT)
    kept = {name: tensor for name, tensor in state.items() if not name.endswith(aside) and name != MARKER}
    faults = [f"{name} is {told}" for name, told in formats.items() if told not in FORMATS]
    for name in [name for name, tensor in kept.items() if tensor.dtype in EIGHT_BITS]:
        scale = scales.pop(name.removesuffix(".weight"), None)
        if scale is not None and scale.dtype in PLAIN and _fits(scale, kept[name]):
            kept[name] = kept[name].float() * scale.float().reshape(-1, *[1] * (kept[name].ndim - 1))
        elif scale is not None or scaled or formats:
            faults.append(f"{name} is {_kind(kept[name])} without a scale that fits")
        else:
            kept[name] = kept[name].float()
    faults += [f"{name} has a scale, but is no weight in float8" for name in scales]
    if faults:
        raise UserError(f"{path.name} keeps its weights in a way that is not understood: {some(faults)}; take float16.")
    eight = any(tensor.dtype in EIGHT_BITS for tensor in state.values())
    return kept, "weights in float8, which are less exact than float16" if eight else ""


def scaled(names: Iterable[str], described: Mapping[str, str], path: Path) -> bool:
    """Whether a file says that its weights in eight bits are scaled.

    Raises:
        UserError: it says so of formats that are not understood.
    """
    marked = any(name.rpartition(".")[2] == MARKER for name in names)
    if HEADER not in described:
        return marked
    try:
        formats = {layer["format"] for layer in json.loads(described[HEADER])["layers"].values()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        formats = {"nothing that can be read"}
    if not formats <= set(FORMATS):
        unknown = ", ".join(sorted(map(str, formats - set(FORMATS))))
        raise UserError(f"{path.name} keeps its weights as {unknown}, which is not understood: take float16.")
    return True


def faults(state: Mapping[str, torch.Tensor]) -> list[str]:
    """What keeps tensors from being weights: kind, and values that are no numbers or beyond what float16 holds."""
    kinds = [
        f"{name} is {_kind(tensor)}, expected float32 or float16" for name, tensor in state.items() if _odd(tensor)
    ]
    return kinds or [
        f"{name} holds values that are no numbers or far too large"
        for name, tensor in state.items()
        if not bool(tensor.abs().max() <= MOST)
    ]


def some(faults: list[str]) -> str:
    """The first few of them, and how many more."""
    more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return ", ".join(faults[:SHOWN]) + more


def _odd(tensor: torch.Tensor) -> bool:
    return tensor.dtype not in PLAIN or tensor.layout != torch.strided or tensor.device.type != "cpu"


def _kind(tensor: torch.Tensor) -> str:
    named = str(tensor.dtype).removeprefix("torch.")
    return named if tensor.layout == torch.strided and tensor.device.type == "cpu" else f"{named}, but not plain"


def _fits(scale: torch.Tensor, weight: torch.Tensor) -> bool:
    """One for the whole weight, or one a row."""
    return scale.numel() == 1 or (weight.ndim == 2 and scale.shape in ((len(weight),), (len(weight), 1)))


def _format(tensor: torch.Tensor) -> str:
    try:
        return str(json.loads(bytes(tensor.tolist()))["format"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "of an unknown format"
