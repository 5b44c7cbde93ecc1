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
QUERIES = 24
"""Random places of a picture that ask, for each layer and batch."""
SHARP = 0.1
"""How much nearer in cosine a word must be to be preferred e times: alignment is soft, so that it can be learned."""
LEAST = 1e-8
APART = -1e4
"""Similarity of what is no word."""


@dataclass(frozen=True)
class Scales:
    """How much a teacher's answers differ from sentence to sentence."""

    states: float
    pooled: float
    heard: tuple[float, ...]
    """For each layer of cross-attention."""


def scales(said: Said, layers: list[Layer]) -> Scales:
    """Of what a teacher says to some sentences that are not alike."""
    chance = torch.Generator().manual_seed(0)
    heard = [layer.answers(layer.queries(QUERIES, chance), said.states) for layer in layers]
    return Scales(_spread(said.states), _spread(said.pooled), tuple(map(_spread, heard)))


def _spread(values: torch.Tensor) -> float:
    return max(float((values - values.mean(0)).square().mean()), LEAST)


def errors(
    student: Said,
    teacher: Said,
    names: Mapping[str, float],
    layers: list[Layer],
    scales: Scales,
    chance: torch.Generator,
) -> dict[str, torch.Tensor]:
    """Name of each loss that counts -> its error, a scalar.

    Args:
        names: weights by name; what weighs nothing is not computed.
    """
    ways = {
        POOLED: lambda: (student.pooled - teacher.pooled).square().mean() / scales.pooled,
        ENDS: lambda: _ends(student, teacher) / scales.states,
        WORDS: lambda: _words(student, teacher) / scales.states,
        ATTENTION: lambda: _heard(student, teacher, layers, scales, chance),
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


def _heard(student: Said, teacher: Said, layers: list[Layer], scales: Scales, chance: torch.Generator) -> torch.Tensor:
    """What a frozen picture model hears of both.

    Source: as the measured evidence says, this teaches a student what pooled vectors never did.
    """
    found: list[torch.Tensor] = []
    for layer, spread in zip(layers, scales.heard, strict=True):
        queries = layer.queries(QUERIES, chance)
        with torch.no_grad():
            meant = layer.answers(queries, teacher.states)
        found.append((layer.answers(queries, student.states) - meant).square().mean() / spread)
    return torch.stack(found).mean()
