"""Where a title breaks so that it reads well: between words that do not belong together, in lines of like length."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..breaks import SYLLABLE_WISE, WORD_WISE, as_line, segments
from ..text import graphemes, has_ink

BOUND: dict[str, list[str]] = json.loads(Path(__file__).with_name("sense.json").read_text(encoding="utf-8"))
WITH_NEXT, WITH_PREVIOUS = frozenset(BOUND["with next"]), frozenset(BOUND["with previous"])
"""Words that lean on the one after them (the, of, my; determiners) and on the one before (bound nouns, counters)."""
TORN = 0.35
"""Cost of a break between words that belong together, beside the squared difference of a line from the mean."""
CUT = 1.0
"""The same inside a word."""


@dataclass(frozen=True)
class Part:
    """What never breaks inside."""

    text: str
    """With the space behind it."""
    cost: float
    """Of a break behind it."""
    must: bool = False
    """The author ended the line here."""


def broken(text: str, count: int, measure: Callable[[str], float], longest: float) -> list[str] | None:
    """A text in so many lines.

    Args:
        text: with line ends that stay.
        measure: the length of a line, in any unit.
        longest: a word of more than this may break inside, if its script lets it.

    Returns:
        The lines, or None where the text has fewer places to break or more line ends, or where the last line would
        be a single syllable that stood in no line of its own before.

    >>> broken("The Sea of Fog and Night", 3, len, 99)
    ['The Sea', 'of Fog', 'and Night']
    >>> broken("The Sea of Fog", 5, len, 99) is None
    True
    """
    parts = [part for line in text.split("\n") for part in _parts(line, measure, longest)]
    if sum(part.must for part in parts) > count or len(parts) < count:
        return None
    lengths: dict[tuple[int, int], float] = {}

    def line(start: int, end: int) -> str:
        return as_line("".join(part.text for part in parts[start:end]))

    def length(start: int, end: int) -> float:
        if (start, end) not in lengths:
            lengths[start, end] = measure(line(start, end))
        return lengths[start, end]

    mean = max(1e-6, length(0, len(parts)) / count)
    # best[n][end]: the cost of the first parts up to `end` in n lines, and where the last of these begins.
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for _ in range(count):
        found: dict[int, tuple[float, int]] = {}
        for start, (before, _) in best[-1].items():
            for end in range(start + 1, len(parts) + 1):
                last = end == len(parts)
                cost = before + (length(start, end) / mean - 1) ** 2 + (0.0 if last else parts[end - 1].cost)
                if end not in found or cost < found[end][0]:
                    found[end] = (cost, start)
                if parts[end - 1].must:
                    break
        best.append(found)
    end, lines = len(parts), list[str]()
    for number in range(count, 0, -1):
        if end not in best[number]:
            return None
        start = best[number][end][1]
        lines.insert(0, line(start, end))
        end = start
    return None if count > text.count("\n") + 1 and _is_single(lines[-1]) else lines


def _is_single(line: str) -> bool:
    return sum(map(has_ink, graphemes(line))) < 2


def _parts(line: str, measure: Callable[[str], float], longest: float) -> list[Part]:
    """The words of a line of the text; a word that is too long for a line in the parts that its script allows."""
    words = segments(line, WORD_WISE) or (" ",)
    parts: list[Part] = []
    for number, word in enumerate(words):
        follower = words[number + 1].strip() if number + 1 < len(words) else ""
        bound = word.strip().lower() in WITH_NEXT or follower.lower() in WITH_PREVIOUS
        cost = TORN if bound else 0.0
        syllables = segments(word, SYLLABLE_WISE) if measure(as_line(word)) > longest else (word,)
        parts += [Part(syllable, CUT) for syllable in syllables[:-1]] + [Part(syllables[-1], cost)]
    return [*parts[:-1], Part(parts[-1].text, 0.0, must=True)]
