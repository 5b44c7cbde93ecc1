"""Lines of Korean typography with what is right of them, as `lines.json` writes it."""

# Its notation uses marks that no line has.
# ruff: noqa: RUF001

import json
from collections.abc import Iterator
from pathlib import Path

from ...nodes.lettering.breaks import as_line
from ...nodes.lettering.orientation import BRACKET, IN_CORNER, LYING, PAIR, SPACE, STANDING, pieces
from ...nodes.lettering.text import graphemes

LINES = json.loads(Path(__file__).with_name("lines.json").read_text(encoding="utf-8"))
GROUPS = {"⟦": ("⟧", LYING), "⟨": ("⟩", BRACKET), "⦅": ("⦆", PAIR)}


def columns() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """(kind, line, its steps down a column as (text, what becomes of it))."""
    for kind, lines in LINES["columns"].items():
        for line in lines:
            steps = _steps(line)
            yield kind, "".join(text for text, _ in steps), steps


def breaks() -> Iterator[tuple[str, str, list[str], list[str]]]:
    """(kind, line, its segments word-wise, its segments syllable-wise)."""
    for kind, lines in LINES["breaks"].items():
        for line in lines:
            words = line.replace("|", "").split("‖")
            yield kind, "".join(words), words, line.replace("‖", "|").split("|")


def hanging() -> Iterator[tuple[str, bool, bool]]:
    """(line, whether its first mark hangs, whether its last does)."""
    for line in LINES["hanging"]:
        yield line.strip("›‹"), line.startswith("›"), line.endswith("‹")


def set_in_columns(line: str) -> list[tuple[str, str]]:
    """The steps that are taken."""
    return [(piece.text, piece.kind) for piece in pieces(as_line(line))]


def _steps(line: str) -> list[tuple[str, str]]:
    steps: list[tuple[str, str]] = []
    letters = iter(graphemes(as_line(line)))
    for letter in letters:
        if letter in GROUPS:
            end, kind = GROUPS[letter]
            text = ""
            while (letter := next(letters)) != end:
                text += letter
            steps.append((text, kind))
        elif letter == "↗":
            steps.append((next(letters), IN_CORNER))
        else:
            steps.append((letter, SPACE if letter in " \u00a0" else STANDING))
    return steps
