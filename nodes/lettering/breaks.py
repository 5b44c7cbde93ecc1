"""Where a line may end: Unicode's rules (UAX 14), with what Korean adds."""

import json
import re
from functools import lru_cache
from pathlib import Path

MARKS: dict[str, str] = json.loads(Path(__file__).with_name("marks.json").read_text(encoding="utf-8"))
WORD_WISE, SYLLABLE_WISE = "word-wise", "syllable-wise"
SOFT_HYPHEN = "\u00ad"
BETWEEN_WORDS = {"SP", "ZW", "BA", "HY", "HH", "B2"}
"""Classes of UAX 14 behind which words part: spaces, hyphens, dashes. A particle stays with the bracket before it."""
SPENT = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Marks that say where to break and in which direction to read; once a line is known, they only part what is kerned."""


@lru_cache(maxsize=256)
def segments(paragraph: str, breaking: str) -> tuple[str, ...]:
    """What never breaks inside, each with the spaces behind it; together they are the paragraph.

    Args:
        paragraph: one line of the text, without line ends.
        breaking: WORD_WISE, as `word-break: keep-all` in CSS, or SYLLABLE_WISE.

    >>> text = "\\ud55c\\uad6d \\u300c\\ub9d0\\u300d\\uc740"  # two words, the second with brackets and a particle
    >>> [len(segment) for segment in segments(text, WORD_WISE)]
    [3, 4]
    >>> [len(segment) for segment in segments(text, SYLLABLE_WISE)]
    [1, 2, 3, 1]
    """
    from uniseg.linebreak import line_break, line_break_boundaries

    last = len(paragraph)
    ends = [at for at in line_break_boundaries(paragraph) if at]
    ends = [at for at in ends if at == last or paragraph[at] not in MARKS["never first"]]
    if breaking == WORD_WISE:
        ends = [at for at in ends if at == last or line_break(paragraph[at - 1]).value in BETWEEN_WORDS]
    return tuple(paragraph[start:end] for start, end in zip([0, *ends], ends, strict=False))


@lru_cache(maxsize=4096)
def as_line(text: str) -> str:
    """What is drawn of segments that make a line: no space at its end, a hyphen only where a word breaks.

    >>> as_line("type\\u00ad"), as_line("type "), as_line("ty\\u00adpe")
    ('type-', 'type', 'type')
    """
    line = text.rstrip(" \u200b")
    return SPENT.sub("", line) + ("-" if line.endswith(SOFT_HYPHEN) else "")
