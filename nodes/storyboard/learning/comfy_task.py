"""A LoRA as a task of the training loop: pictures of a story on one board, each under its caption, drawn together."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ...host.progress import check_interrupt
from ...training import Plan
from ...training.comfy import Denoiser
from ..board import Board
from ..comfy_attention import BLOCKS, FrameAttention
from ..comfy_norms import by_frame
from .comfy_lora import LoRA

WITHOUT_TEXT = 0.1
"""Share of steps without any text, for guidance."""
HIGH = 0.6
"""Noise levels are u^HIGH: what frames have in common is decided where the noise is high."""
LEVELS, MEASURED = 4, 32
"""Noise levels at which a held-out board is looked at; boards at most."""
TARGET = 1
"""Of a story's two latents a picture: the one in the range that is drawn."""


@dataclass(frozen=True)
class Lesson:
    """What is learned, and how."""

    plan: Plan
    batch: int
    frames: int
    columns: int
    rank: int
    weight: float
    """Of the whole story beside each frame's caption, as in Storyboard Attention."""
    held_out: float


class BoardTask:
    """What boards of real stories have that the model's own have not.

    Args:
        stories: latents `[frames,2,C,h,w]` of each, all of one size.
        captions: one a frame of each story.
        encode: a text as states `[1,tokens,width]`.
        side: px of a frame.
    """

    def __init__(
        self,
        denoiser: Denoiser,
        lora: LoRA,
        stories: Sequence[torch.Tensor],
        captions: list[list[str]],
        encode: Callable[[str], torch.Tensor],
        side: int,
        lesson: Lesson,
        identity: str,
    ) -> None:
        self._denoiser, self._stories, self._captions, self._encode = denoiser, stories, captions, encode
        self._lesson, self.learned, self.identity = lesson, lora.learned, identity
        self._board = Board(("",) * lesson.frames, lesson.columns, side, side, {}, 0.0)
        by_frame(denoiser.network, self._board)
        whole = [number for number, lines in enumerate(captions) if len(lines) >= lesson.frames]
        order = torch.randperm(len(whole), generator=torch.Generator().manual_seed(lesson.plan.seed)).tolist()
        self.unseen = min(max(1, round(lesson.held_out * len(whole))), len(whole) - 1, MEASURED)
        """Stories that are only measured."""
        self._unseen = sorted(whole[number] for number in order[: self.unseen])
        seen = sorted(whole[number] for number in order[self.unseen :])
        self._places = [(story, first) for story in seen for first in range(len(captions[story]) - lesson.frames + 1)]

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        """Of a batch of boards, all with their texts or all without."""
        batch = self._lesson.batch
        picked = torch.randint(len(self._places), (batch,), generator=chance).tolist()
        told = bool(torch.rand((), generator=chance) >= WITHOUT_TEXT)
        level = torch.rand(batch, generator=chance) ** HIGH
        return self._missed([self._places[number] for number in picked], told, level, chance).mean()

    def measure(self) -> dict[str, float]:
        """Error on the held-out boards at fixed noise."""
        chance = torch.Generator().manual_seed(0)
        level = ((torch.arange(LEVELS) + 0.5) / LEVELS) ** HIGH
        errors = []
        for story in self._unseen:
            check_interrupt()
            errors.append(self._missed([(story, 0)] * LEVELS, True, level, chance).mean().item())
        return {"loss": sum(errors) / len(errors)}

    def _missed(
        self, places: list[tuple[int, int]], told: bool, level: torch.Tensor, chance: torch.Generator
    ) -> torch.Tensor:
        """Squared error for each board: float [B].

        Args:
            places: story and first frame of each.
            told: whether it has its texts.
        """
        device = self._denoiser.device
        latents = torch.stack([self._laid(self._stories[story][first:, TARGET]) for story, first in places])
        noise = torch.randn(latents.shape, generator=chance)
        captions = [self._captions[story][first : first + self._board.frames] for story, first in places]
        context, options = self._told(captions) if told else (self._states([""] * len(places)), {})
        return self._denoiser.missed(latents.to(device), noise.to(device), level, context.to(device), options)

    def _laid(self, frames: torch.Tensor) -> torch.Tensor:
        """Frames `[any,C,h,w]` on the canvas: `[C,rows * h,columns * w]`; what no frame fills is 0."""
        height, width = frames.shape[-2:]
        canvas = frames.new_zeros(frames.shape[1], self._board.rows * height, self._board.columns * width)
        for frame in range(self._board.frames):
            canvas[(slice(None), *self._board.place(frame, canvas.shape[1:]))] = frames[frame]
        return canvas

    def _told(self, captions: list[list[str]]) -> tuple[torch.Tensor, dict[str, Any]]:
        """Texts of boards as Storyboard Attention gives them: each caption, then all of them."""
        parts = [self._states(list(texts)) for texts in zip(*captions, strict=True)]
        parts.append(self._states([" ".join(lines) for lines in captions]))
        attention = FrameAttention(self._board, [part.shape[1] for part in parts], self._lesson.weight)
        return torch.cat(parts, 1), {"patches_replace": {"attn2": dict.fromkeys(BLOCKS, attention)}}

    def _states(self, texts: list[str]) -> torch.Tensor:
        """`[B,tokens,width]`: said twice, a text is what it is said once."""
        states = [self._encode(text) for text in texts]
        length = math.lcm(*(one.shape[1] for one in states))
        return torch.cat([one.repeat(1, length // one.shape[1], 1) for one in states])
