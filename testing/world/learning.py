"""How the world's model is learned: text encoder and UNet together, from pictures and their sentences alone."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from . import latent, text
from .drawing import draw
from .judge import KINDS
from .scene import WORDS, Scene
from .sentence import ORDERS, sentence

TIMES = 1000
DROPPED = 0.1
"""Share of sentences that are left out, for guidance."""


@dataclass(frozen=True)
class Pool:
    """Pictures as latents, and their sentences as token ids."""

    scenes: list[Scene]
    latents: torch.Tensor
    """float [N, 16, 8, 8]."""
    ids: torch.Tensor
    """int64 [N, sentences, 77]."""


def pool(folder: Path, code: latent.BlockCode, found: list[Scene], seed: int) -> Pool:
    """Draws every scene once.

    Args:
        folder: of the tokenizer.
    """
    pictures = np.stack([draw(scene, seed + number) for number, scene in enumerate(found)])
    lines = [line for number, scene in enumerate(found) for line in _lines(scene, number)]
    known = {line: number for number, line in enumerate(dict.fromkeys(lines))}
    table = text.ids(folder, list(known))
    numbers = torch.tensor([known[line] for line in lines]).view(len(found), -1)
    return Pool(found, code.encode(latent.to_pixels(pictures)), table[numbers])


def _lines(scene: Scene, number: int) -> list[str]:
    """The sentence in every order, and once without the place: what is not said of it is anywhere.

    All but one of them say what is laid over the picture.
    """
    silent = number % (ORDERS + 1)
    said = [sentence(scene, "en", order, marks=order != silent) for order in range(ORDERS)]
    return [*said, sentence(scene, "en", number % ORDERS, places=False, marks=silent != ORDERS)]


def swapped(folder: Path, found: list[Scene]) -> dict[str, torch.Tensor]:
    """Kind of word -> ids [N, 77] of the scenes' sentences with one word of that kind taken for the next one."""

    def other(scene: Scene, kind: str) -> Scene:
        words = list(WORDS[kind])
        thing = scene.things[0]
        now = scene.ground if kind == "ground" else getattr(thing, kind)
        then = words[(words.index(now) + 1) % len(words)]
        if kind == "ground":
            return replace(scene, ground=then)
        return replace(scene, things=(replace(thing, **{kind: then}), *scene.things[1:]))

    return {kind: text.ids(folder, [sentence(other(scene, kind), "en") for scene in found]) for kind in KINDS}


def alphas() -> torch.Tensor:
    """Stable Diffusion 1.5's schedule: the share of signal at each of the 1000 times, squared."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, TIMES, dtype=torch.float64) ** 2
    return (1 - betas).cumprod(0)


class World:
    """The task: v-prediction of noised latents, told by the sentence.

    Args:
        shown: what is learned from.
        unseen: what is measured.
        wrong: sentences of the unseen as they should not be, of `swapped`.
        batch: pictures of a step.
        high: noise levels are drawn as 1000 u^high: below 1, more of the high ones.
        before: at most so many pieces that mean nothing stand before half of the sentences, as a topic's vectors will.
    """

    def __init__(
        self,
        network: torch.nn.Module,
        encoder: torch.nn.Module,
        shown: Pool,
        unseen: Pool,
        wrong: dict[str, torch.Tensor],
        batch: int,
        high: float,
        before: int,
    ) -> None:
        self._network, self._encoder = network, encoder
        self._shown, self._unseen, self._wrong = shown, unseen, wrong
        self._batch, self._high = batch, high
        self._before, self._pieces = before, int(shown.ids.max()) - 1
        self._alphas = alphas()
        self.learned = {f"unet.{name}": value for name, value in network.named_parameters()}
        self.learned |= {
            f"text.{name}": value
            for name, value in encoder.named_parameters()
            if not name.startswith("text_projection")
        }
        for value in self.learned.values():
            value.requires_grad_(True)
        self.identity = "world"

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        rows = torch.randint(len(self._shown.scenes), (self._batch,), generator=chance)
        told = self._shown.ids[rows, torch.randint(self._shown.ids.shape[1], (self._batch,), generator=chance)]
        nothing = torch.full_like(told[0], int(told[0, -1]))
        nothing[0] = told[0, 0]
        dropped = torch.rand(self._batch, generator=chance) < DROPPED
        times = (TIMES * torch.rand(self._batch, generator=chance) ** self._high).long().clamp(max=TIMES - 1)
        told = torch.where(dropped[:, None], nothing, told)
        if self._before:
            told = self._behind_others(told, chance)
        return self._missed(self._shown.latents[rows], told, times, chance).mean()

    def _behind_others(self, told: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
        counts = torch.randint(self._before + 1, (len(told), 1), generator=chance)
        counts *= torch.rand(counts.shape, generator=chance) < 0.5
        places = torch.arange(told.shape[1])
        pieces = torch.randint(self._pieces, told.shape, generator=chance)
        moved = told.gather(1, (places - counts).clamp(min=0))
        return torch.where((places > 0) & (places <= counts), pieces, moved)

    def measure(self) -> dict[str, float]:
        """The loss of unseen scenes at fixed noise, and how it rises where one word is swapped for another."""
        count = len(self._unseen.scenes)
        times = (TIMES * ((torch.arange(count) + 0.5) / count) ** self._high).long()

        def told(ids: torch.Tensor) -> float:
            if self._before:
                ids = self._behind_others(ids, torch.Generator().manual_seed(1))
            return self._missed(self._unseen.latents, ids, times, torch.Generator().manual_seed(0)).mean().item()

        plain = told(self._unseen.ids[:, 0])
        return {"loss": plain, **{kind: told(ids) - plain for kind, ids in self._wrong.items()}}

    def _missed(
        self, latents: torch.Tensor, told: torch.Tensor, times: torch.Tensor, chance: torch.Generator
    ) -> torch.Tensor:
        """Squared error of v for each picture: float [B]."""
        noise = torch.randn(latents.shape, generator=chance)
        signal = self._alphas[times].sqrt().float()[:, None, None, None]
        spread = (1 - self._alphas[times]).sqrt().float()[:, None, None, None]
        context = self._encoder(input_ids=told).last_hidden_state
        predicted = self._network(signal * latents + spread * noise, times, context, transformer_options=_plain())
        return ((predicted - (signal * noise - spread * latents)) ** 2).mean((1, 2, 3))


def _plain() -> dict:
    """ComfyUI's default attention on a CPU saves memory by computing twice, which learning pays for."""
    from comfy.ldm.modules.attention import attention_pytorch

    return {"optimized_attention_override": lambda _, *args, **kwargs: attention_pytorch(*args, **kwargs)}
