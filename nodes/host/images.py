"""Shapes and ranges at the door: what comes in is made regular here once, what lies behind may trust it."""

import numpy as np
import torch

from ..ground import UserError

STRIP = 256
CLEAR = 0.3
"""Of 0..1: colours that differ by that much are told apart by anybody."""


def pictures(image: torch.Tensor) -> torch.Tensor:
    """Checked pictures, to look at; a result that must keep its bits starts from `working_copy` instead.

    Args:
        image: `[B,H,W,C]` with C of 1, 3 or 4, values 0..1.

    Returns:
        The same on the CPU, float32, clamped to 0..1, NaN as 0; the very same memory where nothing needs to change.

    Raises:
        UserError: any other shape, or no pixel at all.
    """
    if image.ndim != 4 or image.shape[-1] not in (1, 3, 4) or 0 in image.shape:
        raise UserError(
            "Expected at least one picture of at least 1 x 1 px, [batch, height, width, 1, 3 or 4 channels], "
            f"got {list(image.shape)}: connect an IMAGE."
        )
    image = image.cpu().float()
    if image.min() >= 0 and image.max() <= 1:  # neither holds with a NaN
        return image
    return image.clamp(0.0, 1.0).nan_to_num_(0.0)


def working_copy(image: torch.Tensor) -> torch.Tensor:
    """The very values of `image` on the CPU in float32, to be changed in place where a node changes something."""
    return image.to("cpu", torch.float32, copy=True)


def masks_for(mask: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    """One mask per picture, of the picture's size.

    Args:
        mask: `[H,W]` or `[B,H,W]`, 1 = affected; one mask serves a whole batch, another size is resized.
        image: `[B,H,W,C]`.

    Returns:
        `[B,H,W]` float32 in 0..1 on the CPU.

    Raises:
        UserError: an empty mask, or a number of masks that is neither 1 nor the number of pictures.
    """
    mask = mask.cpu().float().clamp(0.0, 1.0).nan_to_num_(0.0)
    if mask.ndim == 2:
        mask = mask[None]
    count, height, width = image.shape[:3]
    if mask.ndim != 3 or 0 in mask.shape or mask.shape[0] not in (1, count):
        raise UserError(
            f"Expected one mask, or {count} for the batch of {count} pictures, as [batch, height, width], "
            f"got {list(mask.shape)}."
        )
    if mask.shape[1:] != (height, width):
        mask = torch.nn.functional.interpolate(mask[:, None], size=(height, width), mode="bilinear")[:, 0]
    return mask.expand(count, height, width)


def coloured(image: torch.Tensor) -> torch.Tensor:
    """`[B,H,W,2]`, grey with alpha, as `[B,H,W,4]`; any other picture as it is."""
    return image[..., [0, 0, 0, 1]] if image.shape[-1] == 2 else image


def in_form_of(image: torch.Tensor, result: torch.Tensor) -> torch.Tensor:
    """What became of `coloured(image)` with the channels of `image`."""
    return result[..., [0, 3]] if image.shape[-1] == 2 else result


def rgb(image: torch.Tensor) -> torch.Tensor:
    """`[...,C]` to `[...,3]`: grey is repeated, alpha is dropped."""
    return image.expand(*image.shape[:-1], 3) if image.shape[-1] == 1 else image[..., :3]


def to_bytes(image: torch.Tensor) -> np.ndarray:
    """0..1 to uint8, rounded, same shape; in strips, as all of a poster times 255 would be a poster more."""
    result = torch.empty(image.shape, dtype=torch.uint8)
    for strip, target in zip(image.split(STRIP), result.split(STRIP), strict=True):
        target.copy_((strip * 255.0).round_())
    return result.numpy()


def bytes_as_seen(picture: torch.Tensor) -> np.ndarray:
    """One picture `[H,W,C]` as an eye sees it, `[H,W,3]` uint8: what is transparent shows a ground of black, white or
    grey, the one from which the visible colours part most; the colours that it hides are not seen."""
    if picture.shape[-1] < 4:
        return to_bytes(rgb(picture))
    ground = max((0.0, 1.0, 0.5), key=lambda shade: _parting(picture, shade))
    seen = torch.empty(*picture.shape[:2], 3, dtype=torch.uint8)
    for strip, target in zip(picture.split(STRIP), seen.split(STRIP), strict=True):
        colours, alpha = strip[..., :3], strip[..., 3:]
        target.copy_((torch.lerp(torch.full_like(colours, ground), colours, alpha) * 255.0).round_())
    return seen.numpy()


def _parting(picture: torch.Tensor, ground: float) -> float:
    """How much, 0..`CLEAR`, the visible colours of `[H,W,4]` differ from a ground; what differs clearly is enough."""
    few = picture[:: max(1, picture.shape[0] // STRIP), :: max(1, picture.shape[1] // STRIP)]
    alpha = few[..., 3]
    difference = (few[..., :3] - ground).abs().amax(-1).clamp(max=CLEAR)
    return float((difference * alpha).sum() / alpha.sum().clamp(min=1e-6))


def thumbnails(image: torch.Tensor, longest: int) -> torch.Tensor:
    """`[B,H,W,C]` reduced to at most `longest` px, for the editor; small pictures stay."""
    scale = longest / max(image.shape[1:3])
    if scale >= 1:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[1:3]]
    return torch.nn.functional.interpolate(image.movedim(-1, 1), size=size, mode="area").movedim(1, -1)


def to_size(image: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """`[B,H,W,C]` brought to a size without a crop; the very same where it has that size."""
    if image.shape[1:3] == (height, width):
        return image
    pixels = torch.nn.functional.interpolate(
        image.movedim(-1, 1), size=(height, width), mode="bilinear", antialias=True
    )
    return pixels.movedim(1, -1)


def from_bytes(array: np.ndarray) -> torch.Tensor:
    """uint8 to float32 in 0..1, same shape."""
    return torch.from_numpy(np.ascontiguousarray(array)).float().div_(255.0)


def to_host(tensor: torch.Tensor) -> torch.Tensor:
    """A result as ComfyUI keeps results between nodes: its intermediate device and dtype."""
    from comfy import model_management

    return tensor.to(model_management.intermediate_device(), model_management.intermediate_dtype())


def widen(mask: torch.Tensor, grow: float, feather: float) -> torch.Tensor:
    """Grow masks, then let them fade outward; what was masked stays masked in full.

    Args:
        mask: `[B,H,W]` in 0..1; its core is where it exceeds 0.5.
        grow: px added around the core at full strength.
        feather: px over which the strength then falls linearly to 0.

    Returns:
        `[B,H,W]` in 0..1, nowhere below `mask`.
    """
    if grow <= 0 and feather <= 0:
        return mask
    import cv2

    widened = mask.clone()
    for picture in widened:
        outside = (picture <= 0.5).numpy().astype(np.uint8)
        if outside.all():
            continue
        distance = torch.from_numpy(cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
        ramp = (1.0 - (distance - grow) / (feather + 1.0)) if feather > 0 else (distance <= grow).float()
        torch.maximum(picture, ramp.clamp(0.0, 1.0), out=picture)
    return widened
