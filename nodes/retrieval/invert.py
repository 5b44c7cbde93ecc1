"""Invert Prompt: the words of a bank that would draw a picture, chosen one by one or by rank."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .bank import Bank
from .search import best, best_of_each, cosines

GREEDY, FAST = "greedy", "fast"
MODES = (GREEDY, FAST)
"""The word that brings most beside those before it, or the words that are nearest each for itself."""
NEAREST, OF_EACH = 64, 4
"""Entries that are tried at every step: the nearest of all and of each category, as each costs one text."""

Encode = Callable[[Sequence[str]], np.ndarray]
"""Texts to `[N,D]`, each of length 1."""


@dataclass(frozen=True)
class Inversion:
    """What was chosen for one picture."""

    prompt: str
    steps: tuple[tuple[str, float], ...]
    """Entry, and what it brought: in cosine of the whole prompt (the first has all of it), or, chosen by rank, its own
    cosine."""
    cosine: float
    """Of the whole prompt."""
    is_full: bool
    """Whether an entry was left out as the encoder reads no more tokens."""


class Inverter:
    """A bank and an encoder, to invert pictures with."""

    def __init__(self, bank: Bank, vectors: np.ndarray, encode: Encode, fits: Callable[[Sequence[str]], list[bool]]):
        """
        Args:
            vectors: `[N,D]` of the bank's entries, each of length 1.
            fits: whether the encoder reads each text whole.
        """
        self._bank, self._vectors, self._encode, self._fits = bank, vectors, encode, fits

    def invert(self, picture: np.ndarray, caption: str, mode: str, most: int) -> Inversion:
        """The prompt of one picture.

        Args:
            picture: `[D]` of length 1.
            caption: words that come first.
            most: entries at most.
        """
        scores = cosines(self._vectors, picture)
        if mode == FAST:
            return self._by_rank(picture, scores, caption.strip(), most)
        return self._greedily(picture, scores, caption.strip(), most)

    def _by_rank(self, picture: np.ndarray, scores: np.ndarray, prompt: str, most: int) -> Inversion:
        steps: list[tuple[str, float]] = []
        for place in best(scores, most):
            entry = self._bank[int(place)]
            longer = _joined(prompt, entry)
            if not self._fits([longer])[0]:
                return Inversion(prompt, tuple(steps), self._cosine(prompt, picture), True)
            prompt = longer
            steps.append((entry, float(scores[place])))
        return Inversion(prompt, tuple(steps), self._cosine(prompt, picture), False)

    def _greedily(self, picture: np.ndarray, scores: np.ndarray, prompt: str, most: int) -> Inversion:
        """The entry that raises the prompt's cosine most, again and again, until none raises it.

        Where no words come first, the nearest entry does: how near the empty text lies says nothing of a picture.
        """
        entries = self._tried(scores)
        steps: list[tuple[str, float]] = []
        cosine, is_full = self._cosine(prompt, picture) if prompt else 0.0, False
        while entries and len(steps) < most:
            longer = [_joined(prompt, entry) for entry in entries]
            fitting = [entry for entry, fits in zip(entries, self._fits(longer), strict=True) if fits]
            is_full |= len(fitting) < len(entries)
            entries = fitting
            if not entries:
                break
            values = cosines(self._encode([_joined(prompt, entry) for entry in entries]), picture)
            place = int(values.argmax())
            if prompt and values[place] <= cosine:
                break
            entry = entries.pop(place)
            steps.append((entry, float(values[place]) - cosine))
            prompt, cosine = _joined(prompt, entry), float(values[place])
        return Inversion(prompt, tuple(steps), cosine, is_full)

    def _tried(self, scores: np.ndarray) -> list[str]:
        """Nearest first; what stands in several categories once."""
        places = {*best(scores, NEAREST).tolist()}
        for inside in best_of_each(scores, self._bank.categories, OF_EACH):
            places |= {*inside.tolist()}
        ranked = sorted(places, key=lambda place: (-scores[place], place))
        return list(dict.fromkeys(self._bank[place] for place in ranked))

    def _cosine(self, prompt: str, picture: np.ndarray) -> float:
        return float(cosines(self._encode([prompt]), picture)[0])


def told(found: Inversion, longest: int) -> str:
    """A line a step, and the whole."""
    lines = [f"{gain:+.3f} {entry}" for entry, gain in found.steps]
    lines.append(f"{found.cosine:.3f} the whole prompt")
    if found.is_full:
        lines.append(f"Note: words were left out, as the encoder reads {longest} tokens.")
    return "\n".join(lines)


def _joined(prompt: str, entry: str) -> str:
    return f"{prompt}, {entry}" if prompt else entry
