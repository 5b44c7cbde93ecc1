"""StoryGen's image attention as a task of the training loop: all else stays as it is.

Each step takes pictures out of stories, and 1 to 3 of those before each. These pass through the network as in drawing,
each under its own caption and with its own noise; the picture reads them, and what it then takes for noise is compared
with what was added (StoryGen's public trainers; `attn3` alone learns there too).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from ...host.progress import check_interrupt
from ...training.comfy import Denoiser
from ..comfy_attention import PASS, Block, Features, ImageAttention, Noting, Patches, Reading
from ..stage import timesteps
from ..weights import IMAGE, public
from .lesson import BEFORE, WITHOUT_CAPTION, WITHOUT_REFERENCES, Lesson

LEVELS = 4
"""Noise levels at which a held-out picture is looked at."""
MEASURED = 32
"""Stories that are held out at most, of each of which one picture is looked at."""
REFERENCE, TARGET = 0, 1
"""A picture of a story as what the next one looks at, and as what is drawn: its latents, encoded in two ranges."""


class StoryTask:
    """What the pictures before say of the next.

    Args:
        attentions: block of ComfyUI's network -> place in the file and module.
        patches: of the MODEL, by kind; they go on to work.
        latents: one [frames, 2, C, h, w] a story, scaled as the model has them; all of one size.
        captions: one a frame of each story.
        null: latents of "no reference": [C, h, w].
        encode: a text as states [1, tokens, width].
    """

    def __init__(
        self,
        denoiser: Denoiser,
        attentions: dict[Block, tuple[str, ImageAttention]],
        patches: dict[str, list[Any]],
        latents: Sequence[torch.Tensor],
        captions: list[list[str]],
        null: torch.Tensor,
        encode: Callable[[str], torch.Tensor],
        lesson: Lesson,
        identity: str,
    ) -> None:
        self._denoiser, self._latents, self._captions = denoiser, latents, captions
        self._null, self._encode, self._lesson, self.identity = null, encode, lesson, identity
        own = Patches({block: attention for block, (_, attention) in attentions.items()})
        self._patches = {
            **patches,
            "middle_patch": [*patches.get("middle_patch", []), own.middle],
            "attn2_output_patch": [*patches.get("attn2_output_patch", []), own.output],
        }
        self.learned = {
            public(place, name): value
            for place, attention in attentions.values()
            for name, value in attention.named_parameters()
            if name.startswith(f"{IMAGE}.")
        }
        for value in self.learned.values():
            value.requires_grad_(True)
        order = torch.randperm(len(captions), generator=torch.Generator().manual_seed(lesson.plan.seed)).tolist()
        self.unseen = min(max(1, round(lesson.held_out * len(captions))), len(captions) - 1, MEASURED)
        """Stories that are only measured."""
        self._unseen = sorted(order[: self.unseen])
        seen = sorted(order[self.unseen :])
        self._places = {
            count: [(story, frame) for story in seen for frame in range(count, len(captions[story]))]
            for count in BEFORE
        }
        """References -> pictures that have as many before them."""

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        """Of a batch whose pictures all have as many references."""
        batch = self._lesson.batch
        counts = [count for count in BEFORE if self._places[count]]
        shares = torch.tensor([BEFORE[count] for count in counts])
        count = counts[int(torch.multinomial(shares, 1, generator=chance))]
        places = self._places[count]
        rows = [places[number] for number in torch.randint(len(places), (batch,), generator=chance).tolist()]
        alone = torch.rand(batch, generator=chance) < WITHOUT_REFERENCES
        # As drawing has it: what looks at no reference has no text either.
        untold = (torch.rand(batch, generator=chance) < WITHOUT_CAPTION) | alone
        level = torch.rand(batch, generator=chance) ** self._lesson.power
        return self._missed(rows, count, alone, untold, level, chance).mean()

    def measure(self) -> dict[str, float]:
        """Error on the held-out stories at fixed noise: with the pictures before, and without references."""
        return {"loss": self._held_out(False), "without references": self._held_out(True)}

    def _held_out(self, alone: bool) -> float:
        chance = torch.Generator().manual_seed(0)
        level = ((torch.arange(LEVELS) + 0.5) / LEVELS) ** self._lesson.power
        no = torch.zeros(LEVELS, dtype=torch.bool)
        errors = []
        for number, story in enumerate(self._unseen):
            check_interrupt()
            frame = 1 + number % (len(self._captions[story]) - 1)
            rows = [(story, frame)] * LEVELS
            errors.append(self._missed(rows, min(frame, max(BEFORE)), no | alone, no, level, chance).mean().item())
        return sum(errors) / len(errors)

    def _missed(
        self,
        rows: list[tuple[int, int]],
        count: int,
        alone: torch.Tensor,
        untold: torch.Tensor,
        level: torch.Tensor,
        chance: torch.Generator,
    ) -> torch.Tensor:
        """Squared error for each picture: float [B].

        Args:
            rows: story and frame of each.
            count: of references.
            alone: which have "no reference" in the place of all: bool [B].
            untold: which have no caption: bool [B].
        """
        device = self._denoiser.device
        stories = [self._latents[story] for story, _ in rows]
        latents = torch.stack([story[frame, TARGET] for story, (_, frame) in zip(stories, rows, strict=True)])
        noise = torch.randn(latents.shape, generator=chance)
        seen = []
        for story, (_, frame), is_alone in zip(stories, rows, alone.tolist(), strict=True):
            pictures = story[frame - count : frame, REFERENCE]
            seen.append(self._null.expand_as(pictures) if is_alone else pictures)
        told = [
            ["" if is_alone else self._captions[story][before] for before in range(frame - count, frame)]
            for (story, frame), is_alone in zip(rows, alone.tolist(), strict=True)
        ]
        features = self._noted(torch.stack(seen), told, level, torch.randn(latents.shape, generator=chance))
        captions = [
            "" if is_untold else self._captions[story][frame]
            for (story, frame), is_untold in zip(rows, untold.tolist(), strict=True)
        ]
        options = {"patches": self._patches, PASS: Reading(features)}
        return self._denoiser.missed(latents.to(device), noise.to(device), level, self._states(captions), options)

    @torch.no_grad()
    def _noted(self, seen: torch.Tensor, told: list[list[str]], level: torch.Tensor, noise: torch.Tensor) -> Features:
        """What references [B, N, C, h, w] give to each picture: `[B, N * tokens, channels]` a block."""
        device, sampling = self._denoiser.device, self._denoiser.sampling
        rows, count = seen.shape[:2]
        now = sampling.timestep(self._denoiser.sigmas(level)).tolist()
        at = [t for each in now for t in timesteps(int(each), count, self._lesson.stage)]
        sigmas = sampling.sigma(torch.tensor(at, dtype=torch.float32, device=device))
        # One noise for all references of a picture, as in drawing.
        noisy = sampling.noise_scaling(
            sigmas.view(-1, 1, 1, 1), noise.repeat_interleave(count, 0).to(device), seen.flatten(0, 1).to(device)
        )
        noting = Noting()
        context = self._states([text for each in told for text in each])
        self._denoiser.denoised(noisy, sigmas, context, {"patches": self._patches, PASS: noting})
        return {block: h.unflatten(0, (rows, count)).flatten(1, 2) for block, h in noting.features.items()}

    def _states(self, texts: list[str]) -> torch.Tensor:
        """Texts as states [B, tokens, width]: said twice, a text is what it is said once."""
        states = [self._encode(text) for text in texts]
        length = math.lcm(*(one.shape[1] for one in states))
        told = torch.cat([one.repeat(1, length // one.shape[1], 1) for one in states])
        return told.to(self._denoiser.device)
