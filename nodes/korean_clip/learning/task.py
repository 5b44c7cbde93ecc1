"""A Korean encoder as a task of the training loop: what the teacher says of the English, the student says of both."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from .attention import Layer
from .corpus import Corpus, Sentences
from .encoder import Said, TextEncoder
from .losses import ATTENTION, LOSSES, Heard, errors, listen, read_states, scales
from .teacher import Teacher

MEASURED = 256
"""Held-out pairs that are measured during the run."""
ENGLISH = "english"
"""The weight of the same losses on the English sentence, and what stands before their names in figures."""


class DistillTask:
    """Learns from pairs of a corpus; source: knowledge distillation over parallel sentences (arXiv 2004.09813), whose
    pooled loss is one of several here.

    Args:
        names: weights of losses, and of English; what weighs nothing is left out.
        half: the student computes in bfloat16; losses and weights are float32.
    """

    def __init__(
        self,
        student: TextEncoder,
        teacher: Teacher,
        corpus: Corpus,
        layers: list[Layer],
        names: Mapping[str, float],
        batch: int,
        layer: str,
        half: bool,
        identity: str,
    ) -> None:
        self._student, self._teacher, self._corpus, self._layers = student, teacher, corpus, layers
        self._names, self._batch, self._layer, self._half = names, batch, layer, half
        self.learned: dict[str, torch.nn.Parameter] = dict(student.model.named_parameters())
        self.identity = identity
        self._unseen = corpus.unseen[:MEASURED]
        self._meant = teacher.held_out(self._unseen)
        self._nothing = teacher.nothing()
        self._heard = listen(self._meant, layers, torch.Generator().manual_seed(0))
        self._scales = scales(self._meant, layers)

    def loss(self, chance: torch.Generator) -> torch.Tensor:
        """Of some pairs and the empty prompt, which every guided picture needs as much as its own."""
        places = torch.randint(len(self._corpus.seen), (self._batch,), generator=chance).numpy()
        rows = self._corpus.seen[places]
        asked = self._teacher.say(places)
        nothing = self._nothing
        meant = Said(
            torch.cat([asked.states, nothing.states]),
            torch.cat([asked.pooled, nothing.pooled]),
            torch.cat([asked.ends, nothing.ends]),
        )
        count = len(rows) + 1
        ids = self._ids(self._corpus.korean, rows)
        if self._names.get(ENGLISH):
            ids += self._ids(self._corpus.english, rows)
        said = self._student.say(self._student.padded(ids, read_states(self._names)), self._layer, self._half)
        heard = listen(meant, self._layers, chance) if self._names.get(ATTENTION) else []
        found = self._weighed(said.rows(0, count), meant, heard)
        if self._names.get(ENGLISH):
            found = found + self._names[ENGLISH] * self._weighed(said.rows(count, None), meant, heard)
        return found

    def measure(self) -> dict[str, float]:
        """Every error on held-out pairs, in Korean and in English, always at the same places of a picture."""
        found: dict[str, float] = {"loss": 0.0}
        every = {name: 1.0 for name in LOSSES if self._layers or name != ATTENTION}
        for language, of in (("korean", self._corpus.korean), ("english", self._corpus.english)):
            with torch.no_grad():
                ids = self._student.padded([of[int(row)] for row in self._unseen])
                said = self._student.say(ids, self._layer, self._half)
                told = errors(said, self._meant, every, self._layers, self._scales, self._heard)
            weight = 1.0 if language == "korean" else self._names.get(ENGLISH, 0.0)
            found["loss"] += weight * sum(self._names.get(name, 0.0) * error.item() for name, error in told.items())
            found |= {f"{language} {name}": error.item() for name, error in told.items()}
        return found

    def _weighed(self, said: Said, meant: Said, heard: list[Heard]) -> torch.Tensor:
        told = errors(said, meant, self._names, self._layers, self._scales, heard)
        return torch.stack([self._names[name] * error for name, error in told.items()]).sum()

    def _ids(self, of: Sentences, rows: np.ndarray) -> list[Any]:
        """Of some sentences and the empty prompt."""
        return [*(of[int(row)] for row in rows), self._student.ids("")]
