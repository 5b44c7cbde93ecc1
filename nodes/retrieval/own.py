"""The pack's own lists of styles and phrases, in English and Korean, written for it."""

import json
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGES = {"english": 0, "korean": 1}
"""Language -> column of an entry."""


def lines(kind: str, languages: tuple[str, ...]) -> Iterator[str]:
    """`category<TAB>entry` of a list.

    Args:
        kind: styles or phrases.
        languages: keys of `LANGUAGES`; one list behind the other.
    """
    table = json.loads((HERE / f"{kind}.json").read_text(encoding="utf-8"))
    for language in languages:
        column = LANGUAGES[language]
        for category in table:
            for entry in category["entries"]:
                yield f"{category['name'][column]}\t{entry[column]}"
