"""Exact sizes without a model: antialiased bicubic, centred cropping and padding."""

import torch


def resample(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """`[H,W,C]` to `[h,w,C]` by bicubic with antialiasing, clamped to 0..1; `size` is (width, height)."""
    scaled = torch.nn.functional.interpolate(
        picture.movedim(-1, 0)[None], size=size[::-1], mode="bicubic", antialias=True
    )
    return scaled[0].movedim(0, -1).clamp(0.0, 1.0)


def place(picture: torch.Tensor, size: tuple[int, int], fill: float) -> torch.Tensor:
    """`[H,W,C]` centred in `size` (width, height): what is larger is cropped, what is smaller is padded with `fill`."""
    width, height = size
    top, left = max(0, (picture.shape[0] - height) // 2), max(0, (picture.shape[1] - width) // 2)
    picture = picture[top : top + height, left : left + width]
    if picture.shape[:2] == (height, width):
        return picture
    page = picture.new_full((height, width, picture.shape[2]), fill)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    page[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return page
