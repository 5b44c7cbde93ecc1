"""gettext's catalogues: what the pack says, in other languages (locales/*/LC_MESSAGES/dancheong.po)."""

import json
import re
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).resolve().parents[2] / "locales"
SOURCE = "en"
"""What the sources speak, and what is said where a language has no catalogue."""
ASKED = "dancheong_language"
"""Which language a prompt's nodes speak, in its `extra_data`."""


def path(language: str) -> Path:
    """Where a language's catalogue is."""
    return LOCALES / language / "LC_MESSAGES" / "dancheong.po"


@cache
def languages() -> tuple[str, ...]:
    """Every language that the pack speaks, the sources' own first."""
    return (SOURCE, *sorted(file.parents[1].name for file in LOCALES.glob("*/LC_MESSAGES/dancheong.po")))


@cache
def read(language: str) -> dict[str, str]:
    """msgid -> msgstr, both in the syntax of `str.format`; what is not translated is left out."""
    entries: dict[str, str] = {}
    for block in path(language).read_text(encoding="utf-8").split("\n\n"):
        if re.search("^#,.*fuzzy", block, re.MULTILINE):  # guessed by gettext's tools, and read by nobody yet
            continue
        fields, field = {"msgid": "", "msgstr": ""}, ""
        for line in block.splitlines():
            name, _, quoted = line.partition(" ") if line.startswith(("msgid ", "msgstr ")) else (field, "", line)
            if quoted.startswith('"'):
                field = name
                fields[field] += json.loads(quoted)
        if fields["msgid"] and fields["msgstr"]:
            entries[fields["msgid"]] = fields["msgstr"]
    return entries
