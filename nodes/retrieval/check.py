"""Check Prompt against Picture: which phrases of a prompt a picture shows, measured against what it surely lacks.

A picture shows few of several hundred phrases that have nothing to do with it: their cosines say how near a phrase
comes by chance, in any CLIP. JourneyDB's people took out by hand what a picture did not show; this is the stand-in.
"""

from dataclasses import dataclass

import numpy as np

from .search import cosines
from .wording import Group, without

NORMAL = 1.4826
"""Standard deviations in a median of distances, where they are normal."""


@dataclass(frozen=True)
class Checked:
    """A prompt that was compared with a picture."""

    kept: str
    removed: str
    """The phrases that went, with commas between."""
    rows: tuple[tuple[str, float, bool], ...]
    """Phrase, standard deviations above what the picture lacks, and whether it was kept."""


def check(picture: np.ndarray, prompt: Group, said: np.ndarray, lacked: np.ndarray, threshold: float) -> Checked:
    """Take out of a prompt what a picture does not show.

    Args:
        picture: `[D]`; all vectors are of length 1.
        said: `[P,D]` of the phrases of the prompt that have words, in their order.
        lacked: `[N,D]` of phrases that have nothing to do with it.
        threshold: standard deviations above these that a phrase must come.
    """
    level, spread = measured(cosines(lacked, picture))
    phrases = [phrase for phrase in prompt.phrases() if phrase.words]
    heights = (cosines(said, picture) - level) / spread
    rows = [
        (phrase.words, float(height), bool(height >= threshold))
        for phrase, height in zip(phrases, heights, strict=True)
    ]
    gone = {id(phrase) for phrase, (_, _, is_kept) in zip(phrases, rows, strict=True) if not is_kept}
    removed = ", ".join(words for words, _, is_kept in rows if not is_kept)
    return Checked(without(prompt, gone), removed, tuple(rows))


def measured(scores: np.ndarray) -> tuple[float, float]:
    """Level and spread of the cosines of what a picture lacks; the few that it shows by chance do not move them.

    >>> measured(np.array([0.1, 0.12, 0.14, 0.9]))[0]
    0.13
    """
    level = float(np.median(scores))
    return level, max(NORMAL * float(np.median(np.abs(scores - level))), 1e-6)


def notes(prompt: Group, whole: list[bool], longest: int) -> list[str]:
    """What of a prompt was not compared.

    Args:
        whole: for each phrase that has words, whether the encoder reads all of it.
    """
    others = [phrase.raw.strip() for phrase in prompt.phrases() if not phrase.words]
    lines = [f"Stays as it is, as no picture shows it: {' '.join(others)}"] if others else []
    if not whole:
        lines.append("The prompt has no words: nothing was compared.")
    if cut := whole.count(False):
        lines.append(f"Phrases longer than the {longest} tokens that the encoder reads, which were cut there: {cut}.")
    return lines


def told(checked: Checked) -> str:
    """A line a phrase."""
    return "\n".join(
        f"{'kept' if is_kept else 'removed'} {height:+.1f} {words}" for words, height, is_kept in checked.rows
    )
