"""Fill lines with what may not break inside, as evenly as their number allows."""

from collections.abc import Callable

from .breaks import SYLLABLE_WISE, WORD_WISE, as_line, segments

Measure = Callable[[str], float]
"""The length of text in px."""
BISECTIONS = 8


def wrap(
    paragraph: str,
    limit: float,
    measure: Measure,
    breaking: str = WORD_WISE,
    even: bool = True,
    hang: Measure = lambda line: 0.0,
) -> list[str] | None:
    """Lines of at most `limit` px.

    A word that is longer than a line breaks between syllables also where words are kept; a Latin one never.

    Args:
        paragraph: one line of the text; an empty one is one empty line.
        measure: of segments, which are added up.
        breaking: see `segments`.
        even: make them as even as the same number of lines allows.
        hang: how much of a line hangs beyond its ends.

    Returns:
        The lines as they are drawn, or None where what must not be broken is longer than the limit.

    >>> wrap("The Sea of Fog and Night", 12, len)  # each letter 1 px wide
    ['The Sea', 'of Fog', 'and Night']
    >>> wrap("Unbreakable", 5, len) is None
    True
    >>> lines = wrap("\\ud55c\\uad6d\\uc5b4\\uc81c\\ubaa9", 3, len)  # five syllables of Hangul
    >>> [len(line) for line in lines]
    [3, 2]
    """
    words = segments(paragraph, breaking)
    if not words:
        return [""]
    lines = _greedy(words, limit, measure, hang)
    if lines and even:
        lines = _even(words, lines, limit, measure, hang)
    return lines and [as_line(line) for line in lines]


def _greedy(words: tuple[str, ...], limit: float, measure: Measure, hang: Measure) -> list[str] | None:
    """Lines with the spaces at their ends."""
    lines: list[str] = []
    line, length = "", 0.0
    for word in words:
        if line and length + measure(as_line(word)) - hang(line + word) <= limit:
            line, length = line + word, length + measure(word)
            continue
        if line:
            lines.append(line)
        line = word
        if measure(as_line(word)) - hang(word) > limit:
            parts = segments(word, SYLLABLE_WISE)
            broken = _greedy(parts, limit, measure, hang) if len(parts) > 1 else None
            if broken is None:
                return None
            *full, line = broken
            lines += full
        length = measure(line)
    return [*lines, line]


def _even(words: tuple[str, ...], lines: list[str], limit: float, measure: Measure, hang: Measure) -> list[str]:
    """The narrowest setting that needs no more lines than `lines`, breaking no word that `lines` leaves whole."""
    if len(lines) < 2 or len(words) < len(lines):
        return lines
    narrow, wide = max(measure(as_line(word)) for word in words), limit
    if narrow > limit:
        return lines
    narrow = max(narrow, limit / len(lines))
    for _ in range(BISECTIONS):
        middle = (narrow + wide) / 2
        tried = _greedy(words, middle, measure, hang)
        if tried is not None and len(tried) <= len(lines):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines
