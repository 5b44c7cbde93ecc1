"""A storyboard in ComfyUI's hands: the canvas as a LATENT, in which the known frames stay."""

from typing import Any

import torch

from ..ground import UserError
from ..host import images
from .board import Board, chosen, which_are_known

EMPTY_CELL = 8
"""px of a cell of an empty LATENT, as ComfyUI makes one for any model."""
LEVELS = 64
"""px of a cell at the deepest level of these networks: a frame ends where a cell ends."""


def board(
    story: str, task: str, frames: int, columns: int, size: tuple[int, int], known: torch.Tensor | None, named: str,
    shared_noise: float,
) -> Board:  # fmt: skip
    """A storyboard from what a node is given.

    Args:
        frames: 0 for as many as there are lines.
        size: width and height of a frame in px.
        known: `[N,H,W,C]`, brought to the size of a frame without a crop.

    Raises:
        UserError: another number of lines than of frames; frames that no cells fill; known frames that do not fit the
            task.
    """
    captions = tuple(line.strip() for line in story.splitlines() if line.strip())
    if not captions or frames not in (0, len(captions)):
        wanted = f"{frames} lines, one for each frame" if frames else "a line for each frame"
        raise UserError(f"Expected {wanted}, got {len(captions)} (empty lines do not count): write what each shows.")
    width, height = size
    if width % LEVELS or height % LEVELS:
        raise UserError(
            f"Expected frames in steps of {LEVELS} px, got {width} x {height}: choose "
            f"{width // LEVELS * LEVELS or LEVELS} x {height // LEVELS * LEVELS or LEVELS}."
        )
    count = len(captions)
    # Those that are of a frame's size stay the very same values.
    pictures = None if known is None else images.to_size(images.rgb(images.pictures(known)), height, width)
    there = which_are_known(task, named, 0 if pictures is None else len(pictures), count)
    held = {} if pictures is None else chosen(there, pictures, count)
    return Board(captions, min(columns, count), width, height, held, shared_noise)


def latent(board: Board, vae: Any) -> dict[str, Any]:
    """The canvas as ComfyUI's samplers take it.

    Raises:
        UserError: known frames without a VAE.
    """
    if not board.known:
        height, width = board.rows * board.height // EMPTY_CELL, board.columns * board.width // EMPTY_CELL
        return {"samples": torch.zeros(1, 4, height, width), "downscale_ratio_spacial": EMPTY_CELL}
    if vae is None:
        raise UserError("Expected a VAE for the known frames, got none: connect the VAE of the checkpoint.")
    samples = vae.encode(board.canvas())
    return {"samples": samples, "noise_mask": board.to_draw(board.rows * board.height // samples.shape[-2])}
