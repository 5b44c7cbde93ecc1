"""A topic's vectors as a task of the training loop: all else stays as it is."""

from collections import defaultdict
from collections.abc import Sequence

import torch

from ...ground import UserError
from ...host.progress import check_interrupt
from ...training.comfy import Denoiser
from .comfy_encoder import LearningEncoder
from .lesson import Lesson

LEVELS = 8
"""Noise levels at which a held-out picture is looked at."""
HIGH = 0.4
"""Noise levels are u^HIGH: what a picture is of is decided where the noise is high, its details elsewhere."""
LONGEST = 2.0
"""Norm of a vector over the mean norm of the words at hand; a longer one drowns the title."""
MEASURED = 64
"""Pictures that are held out at most: more would not tell more, and ten times a run each is looked at."""
APART = 0.01
"""Noise of the first vectors, in standard deviations of the table, so that no two are alike."""


class TopicTask:
    """What the words of titles do not say of their pictures, as a few vectors before each title.

    Source: textual inversion (Gal et al. 2022, arXiv 2208.01618), with a topic's titles in place of templates.

    Args:
        latents: one [C, h, w] a picture, scaled as the model has them; of any sizes.
        titles: one a picture.
    """

    def __init__(
        self,
        denoiser: Denoiser,
        encoder: LearningEncoder,
        latents: Sequence[torch.Tensor],
        titles: list[str],
        lesson: Lesson,
        identity: str,
    ) -> None:
        self._denoiser, self._encoder, self._latents = denoiser, encoder, latents
        self._titles = [encoder.words(title) for title in titles]
        self.cut = sum(len(title) > encoder.room(lesson.vectors) for title in self._titles)
        """Titles of which words are left out."""
        self._batch, self._dropped = lesson.batch, lesson.dropped
        chance = torch.Generator().manual_seed(lesson.plan.seed)
        order = torch.randperm(len(latents), generator=chance).tolist()
        self.unseen = min(max(1, round(lesson.held_out * len(latents))), len(latents) - 1, MEASURED)
        """Pictures that are only measured."""
        self._unseen, self._seen = sorted(order[: self.unseen]), sorted(order[self.unseen :])
        by_size: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for number in self._seen:
            by_size[tuple(latents[number].shape)].append(number)
        self._like = {number: alike for alike in by_size.values() for number in alike}
        words = sorted({word for title in [*self._titles, encoder.words(lesson.first)] for word in title})
        self._limit = LONGEST * encoder.table[words].float().norm(dim=1).mean()
        self._first = self._start(encoder.words(lesson.first), lesson.vectors, chance)
        self.learned = {"vectors": torch.nn.Parameter(self._first.clone())}
        self.identity = identity
        self._others: dict[str, float] = {}

    def _start(self, words: list[int], count: int, chance: torch.Generator) -> torch.Tensor:
        """Rows of the first words, again from the first one where there are fewer than vectors."""
        if not words:
            raise UserError("init_text holds no word to begin with: name the topic in a word or two.")
        table = self._encoder.table.float()
        rows = table[[words[place % len(words)] for place in range(count)]]
        noise = torch.randn(rows.shape, generator=chance).to(rows.device)
        return rows + APART * table.std() * noise

    def vectors(self) -> torch.Tensor:
        """What was learned, none longer than words may be: float32 [n, width]."""
        learned = self.learned["vectors"]
        return learned * (self._limit / learned.norm(dim=1, keepdim=True)).clamp(max=1)

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        """Of a batch of one size, with some titles left out."""
        one = self._seen[int(torch.randint(len(self._seen), (), generator=chance))]
        alike = self._like[one]
        others = torch.randint(len(alike), (self._batch - 1,), generator=chance).tolist()
        rows = [one, *(alike[number] for number in others)]
        left_out = (torch.rand(len(rows), generator=chance) < self._dropped).tolist()
        titles = [[] if out else self._titles[row] for row, out in zip(rows, left_out, strict=True)]
        level = torch.rand(len(rows), generator=chance) ** HIGH
        return self._missed(self.vectors(), rows, titles, level, chance)

    def measure(self) -> dict[str, float]:
        """Error on the held-out pictures at fixed noise: with the topic, with its first words, with the title alone."""
        if not self._others:
            others = {"first words": self._first, "title alone": self._first[:0]}
            self._others = {name: self._held_out(vectors) for name, vectors in others.items()}
        return {"loss": self._held_out(self.vectors()), **self._others}

    def sample(self) -> torch.Tensor:
        """What the model draws of the first held-out title, always from the same noise: [1, C, h, w]."""
        row = self._unseen[0]
        noise = torch.randn(self._latents[row][None].shape, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            context = self._encoder.states(self.vectors(), [self._titles[row]]).to(self._denoiser.device)
            return self._denoiser.drawn(noise.to(self._denoiser.device), context)

    def _held_out(self, vectors: torch.Tensor) -> float:
        chance = torch.Generator().manual_seed(0)
        level = ((torch.arange(LEVELS) + 0.5) / LEVELS) ** HIGH
        errors = []
        for row in self._unseen:
            check_interrupt()
            errors.append(self._missed(vectors, [row] * LEVELS, [self._titles[row]] * LEVELS, level, chance).item())
        return sum(errors) / len(errors)

    def _missed(
        self,
        vectors: torch.Tensor,
        rows: list[int],
        titles: list[list[int]],
        level: torch.Tensor,
        chance: torch.Generator,
    ) -> torch.Tensor:
        latents = torch.stack([self._latents[row] for row in rows])
        noise = torch.randn(latents.shape, generator=chance)
        device = self._denoiser.device
        context = self._encoder.states(vectors, titles).to(device)
        return self._denoiser.missed(latents.to(device), noise.to(device), level, context).mean()
