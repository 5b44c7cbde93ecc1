"""How far a student is from its teacher, measured in several ways; of each, 0 is the same and 1 knows nothing.

An error is a mean square over how much the teacher's own answers differ from sentence to sentence (`Scales`), so that
the weights of several losses mean the same in every model.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from .attention import Layer
from .encoder import Said

POOLED, ENDS, WORDS, ATTENTION = "pooled", "ends", "words", "attention"
LOSSES = (POOLED, ENDS, WORDS, ATTENTION)
QUERIES = 16
"""Random places of a picture that ask, for each layer and batch."""
SHARP = 0.1
"""How much nearer in cosine a word must be to be preferred e times: alignment is soft, so that it can be learned."""
LEAST = 1e-8
APART = -1e4
"""Similarity of what is no word."""


def read_states(names: Mapping[str, float]) -> bool:
    """Whether losses read more than the pooled vector, which needs nothing behind a sentence's end."""
    return any(names.get(name) for name in LOSSES if name != POOLED)


@dataclass(frozen=True)
class Scales:
    """How much a teacher's answers differ from sentence to sentence."""

    states: float
    pooled: float
    heard: tuple[float, ...]
    """For each layer of cross-attention."""


@dataclass(frozen=True)
class Heard:
    """What places of a picture asked, and what they heard of the teacher."""

    queries: torch.Tensor
    answers: torch.Tensor


@torch.no_grad()
def listen(teacher: Said, layers: list[Layer], chance: torch.Generator) -> list[Heard]:
    """Let every layer of a picture model ask, at random places."""
    asked = [layer.queries(QUERIES, chance) for layer in layers]
    return [
        Heard(queries, layer.answers(queries, teacher.states)) for layer, queries in zip(layers, asked, strict=True)
    ]


def scales(said: Said, layers: list[Layer]) -> Scales:
    """Of what a teacher says to some sentences that are not alike."""
    heard = listen(said, layers, torch.Generator().manual_seed(0))
    return Scales(_spread(said.states), _spread(said.pooled), tuple(_spread(one.answers) for one in heard))


def _spread(values: torch.Tensor) -> float:
    return max(float((values - values.mean(0)).square().mean()), LEAST)


def errors(
    student: Said,
    teacher: Said,
    names: Mapping[str, float],
    layers: list[Layer],
    scales: Scales,
    heard: list[Heard],
) -> dict[str, torch.Tensor]:
    """Name of each loss that counts -> its error, a scalar.

    Args:
        names: weights by name; what weighs nothing is not computed.
        heard: of `listen`; empty where attention does not count.
    """
    ways = {
        POOLED: lambda: (student.pooled - teacher.pooled).square().mean() / scales.pooled,
        ENDS: lambda: _ends(student, teacher) / scales.states,
        WORDS: lambda: _words(student, teacher) / scales.states,
        ATTENTION: lambda: _misheard(student, layers, scales, heard),
    }
    return {name: ways[name]() for name in LOSSES if names.get(name)}


def _ends(student: Said, teacher: Said) -> torch.Tensor:
    """The start, the end and all after it: each of these places means the same in every language.

    Behind the end every state sums the sentence up; they are paired by how far behind it they stand.
    """
    room = student.states.shape[1] - int(torch.stack([student.ends.max(), teacher.ends.max()]).max())
    offsets = torch.arange(room, device=student.ends.device)

    def places(said: Said) -> torch.Tensor:
        at = said.ends[:, None] + offsets
        behind = said.states.gather(1, at[..., None].expand(-1, -1, said.states.shape[2]))
        return torch.cat([said.states[:, :1], behind], 1)

    return (places(student) - places(teacher)).square().mean()


def _words(student: Said, teacher: Said) -> torch.Tensor:
    """Each word against those of the other language that are like it, both ways."""
    ours, theirs = _is_word(student), _is_word(teacher)
    like = torch.nn.functional.normalize(student.states, dim=2) @ torch.nn.functional.normalize(
        teacher.states, dim=2
    ).transpose(1, 2)
    like = (like / SHARP).masked_fill(~(ours[:, :, None] & theirs[:, None]), APART)
    for_theirs = like.softmax(1).transpose(1, 2) @ student.states
    for_ours = like.softmax(2) @ teacher.states
    return (_mean(for_theirs - teacher.states, theirs) + _mean(student.states - for_ours, ours)) / 2


def _is_word(said: Said) -> torch.Tensor:
    places = torch.arange(said.states.shape[1], device=said.ends.device)
    return (places > 0) & (places < said.ends[:, None])


def _mean(apart: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
    return (apart.square().mean(2) * counted).sum() / counted.sum().clamp(min=1)


def _misheard(student: Said, layers: list[Layer], scales: Scales, heard: list[Heard]) -> torch.Tensor:
    found = [
        (layer.answers(one.queries, student.states) - one.answers).square().mean() / spread
        for layer, one, spread in zip(layers, heard, scales.heard, strict=True)
    ]
    return torch.stack(found).mean()
