"""Files of upscale models, and the denoise strength that two of them make together."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

import torch

from ..ground import UserError

Weights = Mapping[str, torch.Tensor]
DEPTH = 4
"""How many names deep a training tool may lay a network into its file."""
AVERAGED = "ema"
"""A word in the name of weights that are the average of many steps, which are meant for use."""


@dataclass(frozen=True)
class Place:
    """Tensors that a file holds together."""

    path: str
    """What stands before their names, `model.params_ema.`."""
    depth: int
    tensors: dict[str, torch.Tensor]

    @property
    def is_averaged(self) -> bool:
        """Whether its name says so."""
        return AVERAGED in re.split(r"[^a-z]+", self.path.lower())


def unwrapped(content: Mapping[object, object], name: str) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """The network of a weight file, under whatever names a training tool has laid it.

    Returns:
        Its tensors, and what a user should know of how they were chosen.

    Raises:
        UserError: it holds none, those of a discriminator, or values that are no numbers.
    """
    places = list(_places(content))
    known = [place for place in places if _is_known(place.tensors)]
    chosen = min(known, key=lambda place: (not place.is_averaged, place.depth), default=None)
    if chosen is None:
        if not places:
            raise UserError(f"{name} holds no weights: get the model again.")
        chosen = places[0]
        _refuse_discriminator([place for place in places if len(place.tensors) == len(chosen.tensors)], name)
    expect_numbers(chosen.tensors, name)
    others = [place.path for place in known if not place.path.startswith(chosen.path)]
    if not others:
        return chosen.tensors, ()
    listed = ", ".join(path.rstrip(".") for path in others)
    return chosen.tensors, (f"It holds several networks: {chosen.path.rstrip('.')} is used, {listed} is not.",)


def unused(weights: Weights, network: torch.nn.Module) -> list[str]:
    """The names of tensors that a network was not made of, where a file has more than it."""
    held = network.state_dict()
    if len(weights) <= len(held):
        return []
    marks = {_mark(tensor) for tensor in held.values()}
    return [name for name, tensor in weights.items() if _mark(tensor) not in marks]


def _places(content: Mapping[object, object]) -> Iterator[Place]:
    """Everywhere that tensors lie, shallow places first: in mappings within mappings, and by how their names begin."""
    waiting = deque([("", 0, content)])
    while waiting:
        path, depth, mapping = waiting.popleft()
        named = {key: value for key, value in mapping.items() if isinstance(key, str)}
        tensors = {key: value for key, value in named.items() if _is_dense(value)}
        if tensors:
            yield Place(path, depth, tensors)
        if depth == DEPTH:
            continue
        within: dict[str, Mapping[object, object]] = {k: v for k, v in named.items() if isinstance(v, Mapping)}
        for key, value in tensors.items():
            shared, dot, rest = key.partition(".")
            if dot:
                within.setdefault(shared, {})[rest] = value  # type: ignore[index]
        waiting.extend((f"{path}{key}.", depth + 1, inner) for key, inner in within.items())


def _is_dense(value: object) -> TypeGuard[torch.Tensor]:
    """Whether it is a tensor that holds its numbers one by one, neither sparse nor quantised nor an empty shell."""
    if not isinstance(value, torch.Tensor):
        return False
    return value.layout == torch.strided and not value.is_quantized and not value.is_meta


def _is_known(tensors: dict[str, torch.Tensor]) -> bool:
    """Whether spandrel has an architecture with such names."""
    from spandrel import MAIN_REGISTRY

    return any(support.detect(tensors) for support in MAIN_REGISTRY)


def _refuse_discriminator(places: list[Place], name: str) -> None:
    if any(is_discriminator(place.tensors) for place in places):
        generator = name.replace("_netD", "")
        instead = f"take {generator}" if generator != name else "take the generator"
        raise UserError(
            f"{name} is a discriminator (netD), which judges pictures in training and cannot make any: {instead}."
        )


def expect_numbers(tensors: Weights, name: str) -> None:
    """Refuse NaN and infinity, which turn a picture black.

    Raises:
        UserError: names the file and the first tensor.
    """
    wrong = [key for key, tensor in tensors.items() if not tensor.double().isfinite().all()]
    if wrong:
        raise UserError(
            f"{name} has values that are no numbers in {len(wrong)} of its tensors, such as {wrong[0]}: get the model "
            "again."
        )


def _mark(tensor: torch.Tensor) -> tuple[object, ...]:
    return (*tensor.shape, float(tensor.double().sum()))


def is_discriminator(tensors: Weights) -> bool:
    """Real-ESRGAN's U-Net with spectral norm, or ESRGAN's VGG (basicsr/archs/discriminator_arch.py)."""
    unet = "conv0.weight" in tensors and "conv9.weight" in tensors and "conv1.weight_orig" in tensors
    return unet or {"conv0_0.weight", "linear1.weight"} <= set(tensors)


def blend(strong: Weights, weak: Weights, strength: float, names: tuple[str, str]) -> dict[str, torch.Tensor]:
    """`strength * strong + (1 - strength) * weak` on every tensor: 1 removes noise, 0 keeps it (Real-ESRGAN's dni).

    Args:
        strong, weak: realesr-general-x4v3 and realesr-general-wdn-x4v3, or another pair of one architecture.
        names: of the files, for errors.

    Raises:
        UserError: their tensors differ in name or shape.
    """
    shapes = [{key: tuple(value.shape) for key, value in weights.items()} for weights in (strong, weak)]
    if shapes[0] != shapes[1]:
        differing = sorted(
            key for key in shapes[0].keys() | shapes[1].keys() if shapes[0].get(key) != shapes[1].get(key)
        )
        raise UserError(
            f"Expected two models of one architecture, but {names[0]} and {names[1]} differ in {len(differing)} "
            f"tensors such as {differing[0]}: the pair is realesr-general-x4v3 and realesr-general-wdn-x4v3."
        )
    return {key: torch.lerp(weak[key].float(), strong[key].float(), strength) for key in strong}
