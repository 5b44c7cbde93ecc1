"""Break a title into lines as Korean titles are: between words, inside a word only where Korean allows it."""

import re
from collections.abc import Callable

Measure = Callable[[str], float]
"""The length of a line in px."""

# Scripts without spaces between words, and Hangul, may break between any two characters.
BREAKABLE = "[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
NOT_FIRST = set(",.!?:;)]}%\u3001\u3002\u300b\u300d\u300f\u2019\u201d\u2026")


def wrap(text: str, limit: float, measure: Measure) -> list[str] | None:
    """Lines of at most `limit` px, as even as the same number of lines allows; line ends in the text stay.

    Returns:
        The lines, or None where a word that must not be broken is longer than the limit.

    >>> wrap("The Sea of Fog and Night", 12, len)  # each letter 1 px wide
    ['The Sea', 'of Fog', 'and Night']
    >>> wrap("Unbreakable", 5, len) is None
    True
    >>> lines = wrap("\ud55c\uad6d\uc5b4\uc81c\ubaa9", 3, len)  # five syllables of Hangul
    >>> [len(line) for line in lines]
    [3, 2]
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        broken = _greedy(paragraph.split(), limit, measure)
        if broken is None:
            return None
        lines += _even(paragraph.split(), broken, limit, measure)
    return lines


def _greedy(words: list[str], limit: float, measure: Measure) -> list[str] | None:
    lines: list[str] = []
    for word in words:
        if lines and measure(f"{lines[-1]} {word}") <= limit:
            lines[-1] = f"{lines[-1]} {word}"
        elif measure(word) <= limit:
            lines.append(word)
        else:
            parts = _split(word, limit, measure)
            if parts is None:
                return None
            lines += parts
    return lines


def _split(word: str, limit: float, measure: Measure) -> list[str] | None:
    parts = [""]
    for character in word:
        last = parts[-1]
        if measure(last + character) <= limit:
            parts[-1] += character
        elif character in NOT_FIRST and len(last) > 1:
            # The letter before the sign goes to the next line with it.
            parts[-1:] = [last[:-1], last[-1] + character]
        elif last and (re.match(BREAKABLE, last[-1]) or re.match(BREAKABLE, character)):
            parts.append(character)
        else:
            return None
    return parts if all(measure(part) <= limit for part in parts) else None


def _even(words: list[str], lines: list[str], limit: float, measure: Measure) -> list[str]:
    """The narrowest setting that needs no more lines than `lines`, breaking no word that `lines` leaves whole."""
    if len(lines) < 2 or len(words) < len(lines):
        return lines
    narrow, wide = max(max(map(measure, words)), limit / len(lines)), limit
    if narrow > limit:
        return lines
    for _ in range(8):
        middle = (narrow + wide) / 2
        tried = _greedy(words, middle, measure)
        if tried is not None and len(tried) <= len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines
