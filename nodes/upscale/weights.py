"""Files of upscale models, and the denoise strength that two of them make together."""

from collections.abc import Mapping

import torch

from ..ground import UserError

Weights = Mapping[str, torch.Tensor]
WRAPPED = ("params_ema", "params-ema", "params", "state_dict", "model_state_dict")
"""Names under which training tools put the tensors, the averaged ones first."""


def unwrapped(content: Mapping[str, object], name: str) -> dict[str, torch.Tensor]:
    """The tensors of a weight file.

    Raises:
        UserError: it holds none, or those of a discriminator.
    """
    for key in WRAPPED:
        if isinstance(content.get(key), Mapping):
            content = content[key]  # type: ignore[assignment]
            break
    tensors = {key: value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise UserError(f"{name} holds no weights: get the model again.")
    if is_discriminator(tensors):
        generator = name.replace("_netD", "")
        instead = f"take {generator}" if generator != name else "take the generator"
        raise UserError(
            f"{name} is a discriminator (netD), which judges pictures in training and cannot make any: {instead}."
        )
    return tensors


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
