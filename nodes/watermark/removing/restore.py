"""Un-blend a mark whose opacity and colour are known, and take out the noise that this magnifies.

A marked pixel is J = (1 - a) I + a W, so I = (J - a W) / (1 - a): exact but for the errors of J and of a, which grow
by 1 / (1 - a). They are shrunk in sliding 8 x 8 cosine windows (Guleryuz, IEEE TIP 2007): what does not stand out of
the noise that is expected there is dropped. Each window says what is simpler, the un-blended picture or its difference
from an inpainted one: flat ground and opaque marks take the inpainting, texture stays as it was under the mark.
"""

import numpy as np
import torch

from .compression import BLOCK, cosines

STRIDE = 2
STANDS_OUT = 2.7
"""Multiples of the noise that a cosine must reach to be kept."""
CLEAREST = 0.05
"""Least share of the picture that un-blending trusts; below it, the inpainting speaks."""
SIMPLER_BY = 2
"""Cosines that the inpainting must save."""
DROWNED = 20.0
"""Levels of noise."""
ROUNDING = 0.35
TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
TO_RGB = np.linalg.inv(TO_YCC)


def restore(
    picture: np.ndarray,
    alpha: np.ndarray,
    colour: np.ndarray,
    inpainted: np.ndarray | None,
    noise: float,
    uncertainty: float,
) -> np.ndarray:
    """The picture as it was before the mark.

    Args:
        picture: `[h,w,3]` in 0..255: the mark with at least 8 px around it where the picture has them.
        alpha: `[h,w]` in 0..1.
        colour: `[h,w,3]` in 0..255: the mark's own.
        inpainted: `[h,w,3]` in 0..255: the picture with the mark filled from its surroundings; None to un-blend only.
        noise: levels by which the picture may be off near strong edges (`compression.noise`).
        uncertainty: by how much alpha may be wrong as a whole.

    Returns:
        `[h,w,3]` float32 in 0..255; right where alpha is above 0 or close to it.
    """
    alpha = alpha.astype(np.float32)
    picture = picture.astype(np.float32) @ TO_YCC.T
    mark = colour.astype(np.float32) @ TO_YCC.T
    guess = None if inpainted is None else inpainted.astype(np.float32) @ TO_YCC.T
    soft = halved(alpha)
    result = np.empty_like(picture)
    touched = near(alpha)
    coarse = noise > 0 and _is_halved(picture[..., 1:], mark[..., 1:], alpha, soft)
    for channel in range(3):
        opacity = soft if channel and coarse else alpha
        clear = np.maximum(1 - opacity, CLEAREST)
        raw = (picture[..., channel] - opacity * mark[..., channel]) / clear
        raw = raw.clip(*((0, 255) if channel == 0 else (-128, 128)))
        error = np.where(touched, (noise**2 + ROUNDING**2) / clear**2, ROUNDING**2).astype(np.float32)
        tint = uncertainty * (mark[..., channel] - raw) / clear * touched
        result[..., channel] = shrink(raw, error, tint, None if guess is None else guess[..., channel])
    return (result @ TO_RGB.T).clip(0, 255)


def near(alpha: np.ndarray) -> np.ndarray:
    """`[h,w]` bool: the mark and the ringing of its edges."""
    import cv2

    return cv2.dilate((alpha > 0.01).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)


def halved(field: np.ndarray) -> np.ndarray:
    """`[h,w]` as JPEG's half resolution shows it: the mean of 2 x 2 pixels, interpolated."""
    import cv2

    height, width = field.shape
    even = cv2.copyMakeBorder(field.astype(np.float32), 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    small = cv2.resize(even, (even.shape[1] // 2, even.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, even.shape[::-1], interpolation=cv2.INTER_LINEAR)[:height, :width]


def shrink(raw: np.ndarray, error: np.ndarray, tint: np.ndarray, guess: np.ndarray | None) -> np.ndarray:
    """Sliding-window denoising.

    Args:
        raw: `[h,w]`.
        error: `[h,w]` variance of raw.
        guess: `[h,w]` a picture that raw may be a small difference from; None for none.
    """
    height, width = raw.shape
    # The last windows must end with the field.
    size = tuple(max(BLOCK, side + (BLOCK - side) % STRIDE) for side in raw.shape)
    beyond = tuple((0, whole - side) for whole, side in zip(size, raw.shape, strict=True))
    basis = torch.from_numpy(np.einsum("ax,by->abxy", cosines(), cosines()).reshape(BLOCK**2, BLOCK**2))

    def windows(field: np.ndarray) -> torch.Tensor:
        whole = torch.from_numpy(np.pad(field, beyond, mode="edge"))
        return torch.nn.functional.unfold(whole[None, None], BLOCK, stride=STRIDE)[0]

    variance = windows(error)
    limit = STANDS_OUT**2 * (basis**2 @ variance + (basis @ windows(tint)) ** 2)
    mean_error = variance.mean(0)
    values = basis @ windows(raw)
    kept, cost = _threshold(values, limit, keep_mean=True)
    if guess is not None:
        base = basis @ windows(guess)
        change, change_cost = _threshold(values - base, limit, keep_mean=False)
        # Where noise drowns all but the mean, an inpainting that nothing contradicts knows more.
        simpler = (change_cost + SIMPLER_BY <= cost) | ((change_cost == 0) & (mean_error > DROWNED**2))
        kept = torch.where(simpler, base + change, kept)
        cost = torch.minimum(cost, change_cost)
    weight = 1 / ((1 + cost) * (mean_error + 0.5))
    total = torch.nn.functional.fold((basis.T @ kept * weight)[None], size, BLOCK, stride=STRIDE)
    weights = torch.nn.functional.fold(weight.expand(BLOCK**2, -1)[None].contiguous(), size, BLOCK, stride=STRIDE)
    return (total / weights)[0, 0, :height, :width].numpy()


def _threshold(values: torch.Tensor, limit: torch.Tensor, keep_mean: bool) -> tuple[torch.Tensor, torch.Tensor]:
    stays = values**2 > limit
    if keep_mean:
        stays[0] = True
    return values * stays, stays.sum(0).float()


def _is_halved(chroma: np.ndarray, mark: np.ndarray, alpha: np.ndarray, soft: np.ndarray) -> bool:
    """Whether un-blending at half resolution leaves fewer edges of colour."""

    def edges(opacity: np.ndarray) -> float:
        clean = (chroma - opacity[..., None] * mark) / np.maximum(1 - opacity, CLEAREST)[..., None]
        return float(np.abs(np.diff(clean, axis=0)).mean() + np.abs(np.diff(clean, axis=1)).mean())

    return edges(soft) < edges(alpha)
