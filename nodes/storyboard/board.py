"""How the frames of a story lie on one canvas, and which of them are there already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import torch

from ..ground import UserError

VISUALIZE, CONTINUE, INFILL, REPLACE = TASKS = ("visualize", "continue", "infill", "replace")
"""Draw all; those after the known ones; those between them; those that are not named."""
NUMBERS = re.compile(r"\s*\d+(?:\s*[,\s]\s*\d+)*\s*")


@dataclass(frozen=True)
class Board:
    """Frames in rows, from the left to the right and down."""

    captions: tuple[str, ...]
    """Of each frame."""
    columns: int
    width: int
    """px of one frame, as is the height."""
    height: int
    known: dict[int, torch.Tensor]
    """Frame, from 0 on -> its picture `[H,W,3]` of a frame's size."""
    shared_noise: float
    """0: every frame begins with noise of its own. 1: all with the same."""

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.captions)

    @property
    def rows(self) -> int:
        """Of the canvas; the last one may not be full."""
        return ceil(self.frames / self.columns)

    def place(self, frame: int, size: Sequence[int]) -> tuple[slice, slice]:
        """Where a frame lies on a canvas of so many rows and columns of px or cells, whatever it was enlarged to."""
        height, width = size[0] // self.rows, size[1] // self.columns
        top, left = frame // self.columns * height, frame % self.columns * width
        return slice(top, top + height), slice(left, left + width)

    def canvas(self) -> torch.Tensor:
        """The known frames on grey, `[1,H,W,3]`."""
        canvas = torch.full((1, self.rows * self.height, self.columns * self.width, 3), 0.5)
        for frame, picture in self.known.items():
            canvas[0][self.place(frame, canvas.shape[1:3])] = picture
        return canvas

    def to_draw(self, cell: int) -> torch.Tensor:
        """`[1,h,w]` in cells: 1 where something is to be drawn; cells without a frame are drawn too."""
        mask = torch.ones(1, self.rows * self.height // cell, self.columns * self.width // cell)
        for frame in self.known:
            mask[0][self.place(frame, mask.shape[1:])] = 0
        return mask

    def split(self, canvas: torch.Tensor) -> torch.Tensor:
        """The frames `[B * frames,H,W,C]` of canvases `[B,H,W,C]`; known ones are the very pictures that were given.

        Raises:
            UserError: canvases of another size.
        """
        size = [self.rows * self.height, self.columns * self.width]
        if list(canvas.shape[1:3]) != size:
            raise UserError(
                f"Expected the storyboard at its own size, {size[1]} x {size[0]} px, got {canvas.shape[2]} x "
                f"{canvas.shape[1]} px: split it before it is enlarged."
            )
        parts = []
        for one in canvas:
            for frame in range(self.frames):
                known = self.known.get(frame)
                parts.append(one[self.place(frame, size)] if known is None else known.to(one))
        return torch.stack(parts)


def which_are_known(task: str, named: str, pictures: int, frames: int) -> list[int]:
    """The frames, from 0 on, that the pictures are, in their order.

    Args:
        named: numbers from 1 on with commas between them, or "" for the task's own.
        pictures: how many there are.

    Raises:
        UserError: numbers that are none of frames; a task that needs pictures or numbers which are not there.
    """
    if task == VISUALIZE:
        if pictures or named.strip():
            raise UserError(
                f"Expected no known frames to {VISUALIZE} a story, got {pictures} pictures and {named.strip()!r}: "
                "choose another task, or take them away."
            )
        return []
    if not pictures:
        raise UserError(f"Expected known pictures to {task} a story, got none: connect them to known.")
    if named.strip():
        return _named(named, frames)
    if pictures >= frames:
        raise UserError(
            f"Expected fewer known pictures than the {frames} frames, got {pictures}: name those to keep in "
            "known_frames."
        )
    if task == CONTINUE:
        return list(range(pictures))
    if task == INFILL and pictures > 1:
        first = ceil(pictures / 2)
        return [*range(first), *range(frames - (pictures - first), frames)]
    missing = (
        "two pictures, one before and one after the gap" if task == INFILL else "the numbers of the frames to keep"
    )
    raise UserError(f"Expected {missing} to {task} in a story, got none: name the known frames in known_frames.")


def _named(named: str, frames: int) -> list[int]:
    numbers = [int(number) for number in re.findall(r"\d+", named)] if NUMBERS.fullmatch(named) else []
    if not numbers or len(set(numbers)) < len(numbers) or not all(1 <= number <= frames for number in numbers):
        raise UserError(
            f"Expected numbers of frames from 1 to {frames}, each once, such as 1, 3, got {named.strip()!r}."
        )
    if len(numbers) == frames:
        raise UserError(f"Expected a frame to draw, got all {frames} named as known: leave one out.")
    return [number - 1 for number in numbers]


def chosen(known: list[int], pictures: torch.Tensor, frames: int) -> dict[int, torch.Tensor]:
    """Frame -> picture: one for each known frame, or a picture of every frame, of which the known ones are kept.

    Raises:
        UserError: another number of pictures.
    """
    if len(pictures) == len(known):
        return dict(zip(known, pictures, strict=True))
    if len(pictures) == frames:
        return {frame: pictures[frame] for frame in known}
    raise UserError(
        f"Expected a picture for each of {len(known)} known frames, or one for each of all {frames}, got "
        f"{len(pictures)}."
    )
