"""How the world's CLIP is learned: pictures beside what is said of them, each apart from what is said of others.

The loss is that of Radford et al. 2021. What is said of one picture may be true of another of the batch, which is no
mistake then and does not count. What is plain, such as a ground, tells a batch apart, and shapes were never learned; so
beside every true caption stands one with a wrong word, and beside every true phrase all others of its kind (hard
negatives: Yuksekgonul et al. 2023, When and Why Vision-Language Models Behave Like Bags-of-Words). Beside a true
caption stands the same with a phrase less, too, which is to come next: else nothing puts above it what says more.
"""

import random
from dataclasses import dataclass

import numpy as np
import torch

from . import captions

BATCH, FOREIGN = 48, 8
HOTTEST = 4.6
"""The logarithm of the scale ends here, as CLIP's: 100."""
NEUTRAL, WRONG = 1.0, 10.0
"""Weights of the squared cosines of foreign words, and of those of wrong words that are above 0."""
MEAN, SPREAD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of CLIP's pixels, as ComfyUI has them."""


@dataclass(frozen=True)
class Shown:
    """Pictures and all that can be said of each."""

    pixels: torch.Tensor
    """uint8 [N, 64, 64, 3]."""
    seen: list[dict[str, str]]

    def places(self, rows: list[int], kind: str) -> torch.Tensor:
        """Which phrase of a kind is true of each picture: int64 [N], -100 where none is."""
        phrases = list(captions.PHRASES[kind])
        seen = (self.seen[row].get(kind) for row in rows)
        return torch.tensor([-100 if name is None else phrases.index(name) for name in seen])


class Matching:
    """The task: to tell what is said of a picture from what is said of another, and from what is nearly true.

    Args:
        model: a CLIPModel of transformers.
        tokenizer: of transformers.
        shown: what is learned from.
        unseen: what is measured.
    """

    def __init__(self, model: torch.nn.Module, tokenizer, shown: Shown, unseen: Shown) -> None:
        self._model, self._tokenizer, self._shown, self._unseen = model, tokenizer, shown, unseen
        self.learned = dict(model.named_parameters())
        self.identity = "matching"

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        rows = torch.randint(len(self._shown.seen), (BATCH,), generator=chance).tolist()
        return self._apart(self._shown, rows, random.Random(int(torch.randint(2**31, (), generator=chance))))

    def measure(self) -> dict[str, float]:
        """The loss of unseen pictures, and the share of each kind whose phrase is the nearest of its kind."""
        chance = random.Random(0)
        parts = torch.arange(len(self._unseen.seen)).split(BATCH)
        loss = float(np.mean([self._apart(self._unseen, part.tolist(), chance).item() for part in parts]))
        shown, right = self._pictures(self._unseen.pixels), {}
        for kind, found in captions.PHRASES.items():
            nearest = (shown @ self._texts(list(found.values())).T).argmax(1).tolist()
            pairs = zip(nearest, self._unseen.seen, strict=True)
            hits = [list(found)[place] == seen[kind] for place, seen in pairs if kind in seen]
            right[kind] = float(np.mean(hits))
        return {"loss": loss, **right}

    def _apart(self, shown: Shown, rows: list[int], chance: random.Random) -> torch.Tensor:
        longer, shorter, wrong = zip(*(captions.growing(shown.seen[row], chance) for row in rows), strict=True)
        said = [*longer, *shorter, *wrong]
        foreign = [captions.foreign(chance) for _ in range(FOREIGN)]
        pictures, texts = self._pictures(shown.pixels[rows]), self._texts([each.text for each in said] + foreign)
        scale, own, count = self._model.logit_scale.clamp(max=HOTTEST).exp(), torch.arange(len(rows)), len(rows)
        logits = scale * pictures @ texts[:-FOREIGN].T
        others = torch.tensor([[each.is_true(shown.seen[row]) for each in said] for row in rows])
        others[own, own] = others[own, own + count] = False
        logits = logits.masked_fill(others, -torch.inf)
        cross = torch.nn.functional.cross_entropy
        # Of what is true of a picture, what says more is nearer to it; then what says less; then all that is wrong.
        found = cross(logits, own) + cross(logits[:, count:], own) + cross(logits[:, :count].T, own)
        # Words that say nothing of pictures lie across them all: below what is right, above what is wrong.
        found = found + NEUTRAL * (pictures @ texts[-FOREIGN:].T).square().mean()
        named = self._texts([phrase for phrases in captions.PHRASES.values() for phrase in phrases.values()])
        counts = [len(phrases) for phrases in captions.PHRASES.values()]
        parts = (pictures @ named.T).split(counts, 1)
        for kind, part, same in zip(captions.PHRASES, parts, named.split(counts), strict=True):
            places = shown.places(rows, kind)
            found = found + cross(scale * part, places, reduction="sum") / count
            is_wrong = places[:, None] != torch.arange(len(same))
            found = found + WRONG * (part.relu().square() * is_wrong).mean()
            # What pictures do not say yet would draw its phrases together, and could not be learned any more.
            found = found + (same @ same.T).triu(1).relu().square().sum()
        return found

    def _pictures(self, pixels: torch.Tensor) -> torch.Tensor:
        pooled = self._model.vision_model(pixel_values=ready(pixels)).pooler_output
        return torch.nn.functional.normalize(self._model.visual_projection(pooled), dim=-1)

    def _texts(self, texts: list[str]) -> torch.Tensor:
        words = self._tokenizer(texts, padding=True, return_tensors="pt")
        pooled = self._model.text_model(**words).pooler_output
        return torch.nn.functional.normalize(self._model.text_projection(pooled), dim=-1)


def ready(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 [N, H, W, 3] as CLIP looks at it: float [N, 3, H, W]."""
    return ((pixels / 255 - torch.tensor(MEAN)) / torch.tensor(SPREAD)).permute(0, 3, 1, 2)
