"""Boards of stories, two frames beside and two below each other: drawn many at once by the nodes, and judged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from .drawing import SIDE, draw
from .judge import KINDS, judge, right
from .judging import CFG, SAMPLER, SCHEDULER, STEPS, Models
from .latent import BLOCK, CHANNELS
from .story import FRAMES, Story

COLUMNS = 2
GIVEN = (0, 3)
"""Frames that are known where a board is filled in."""

Node = Callable[..., Any]
"""Runs a node and gives its outputs."""


def drawn(
    node: Node, models: Models, stories: list[Story], captions: list[tuple[str, ...]], seed: int,
    weight: float = 0.0, given: list[np.ndarray] | None = None,
) -> np.ndarray:  # fmt: skip
    """The frames of a board of each story: uint8 [B, 4, 64, 64, 3].

    What the nodes give for one board is a row of a batch here: a network's call costs little more for many.

    Args:
        captions: of the frames of each board.
        weight: of the whole story, all captions one after the other, beside each caption.
        given: all frames of each board, of which those of GIVEN are known.
    """
    import nodes

    side = COLUMNS * SIDE // BLOCK
    boards, latents, texts = [], [], []
    for number, lines in enumerate(captions):
        laid = {"story": "\n".join(lines), "frames": 0, "columns": COLUMNS, "frame_width": SIDE, "frame_height": SIDE}
        if given is None:
            latent, board = node("DancheongStoryboard", task="visualize", **laid)
            latents.append(torch.zeros(1, CHANNELS, side, side))
        else:
            known = torch.from_numpy(given[number][[*GIVEN]]).float() / 255
            latent, board = node("DancheongStoryboard", task="infill", known=known, vae=models.vae, **laid)
            latents.append(latent["samples"])
        asked = {"model": models.model, "clip": models.clip, "storyboard": board}
        model, ((states, extra),) = node("DancheongStoryboardAttention", whole_story="", global_weight=weight, **asked)
        boards.append(board)
        texts.append(states)
    positive, negative = [[torch.cat(texts), extra]], nodes.CLIPTextEncode().encode(models.clip, "")[0]
    latent["samples"] = torch.cat(latents)
    (found,) = nodes.common_ksampler(model, seed, STEPS, CFG, SAMPLER, SCHEDULER, positive, negative, latent)
    (canvases,) = nodes.VAEDecode().decode(models.vae, found)
    split = [
        node("DancheongSplitStoryboard", image=canvas[None], storyboard=board)[0]
        for canvas, board in zip(canvases, boards, strict=True)
    ]
    return (torch.stack(split) * 255).round().byte().numpy()


def pictures(story: Story, seed: int) -> np.ndarray:
    """The frames of a story as they should be: uint8 [4, 64, 64, 3]."""
    return np.stack([draw(scene, seed + frame) for frame, scene in enumerate(story.scenes)])


def shares(
    frames: np.ndarray, stories: list[Story], judged: tuple[int, ...] = tuple(range(FRAMES))
) -> dict[str, float]:
    """Share of some frames of all boards, in percent, that have each kind right."""
    found = [
        right(judge(board[frame]).scene, story.scenes[frame])
        for board, story in zip(frames, stories, strict=True)
        for frame in judged
    ]
    return {kind: 100 * float(np.mean([one[kind] for one in found])) for kind in KINDS}
