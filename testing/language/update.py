"""The catalogues follow the sources."""

import sys
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from dancheong.nodes.ground import catalogue

from .sentences import said

WIDTH = 110
"""Of the lines in a catalogue."""


def update(language: str) -> list[str]:
    """Write the catalogue of a language anew: what was translated stays, what nobody says any more goes.

    Returns:
        The msgids that are still to be translated, or whose translation is only guessed from a like one (`fuzzy`).
    """
    path = catalogue.path(language)
    kept = read_po(BytesIO(path.read_bytes()), locale=language)
    template = Catalog(project="dancheong", creation_date=kept.creation_date)
    for msgid, places in said().items():
        template.add(msgid, locations=[(place, 0) for place in places])
    kept.update(template)
    with path.open("wb") as file:
        write_po(file, kept, width=WIDTH, ignore_obsolete=True, include_lineno=False)
    return [str(message.id) for message in kept if message.id and (message.fuzzy or not message.string)]


def main() -> None:
    """Every language's catalogue, and what is left to translate in it."""
    for language in catalogue.languages()[1:]:
        sys.stdout.writelines(f"{language}: {msgid}\n" for msgid in update(language))
