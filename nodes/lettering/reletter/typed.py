"""The lines that a user types, `2 size=84 colour=#ffcc00: words`, and the same lines as the report gives them."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...ground import UserError
from ...page.colour import colour_of
from ..text import clean
from .look import COLOURS, DIRECTIONS, NAMES, PLACES, RANGES, Look

VALUE = r"\s+([^\s:=\"]+)=(\"[^\"]*\"|\u201c[^\u201c\u201d]*\u201d|[^\s\":\u201c\u201d]*)"
"""Quotes may be curly, as word processors and telephones set them."""
LINE = re.compile(rf"\s*(\d+)((?:{VALUE})*)\s*:(.*)")
MEANT = re.compile(r"\s*\d+\s[^:]*[:=]")
"""A line that was to have a number and values."""
REMARK = "# "
"""Begins what the report says beside its lines."""
OLD = "old"
"""Before what the old letters say: no value of the new ones."""
ASTRAY = re.compile(rf"(?:\d+\s*,\s*)?({'|'.join([*NAMES, OLD])})\s*=")
"""A value where words are meant to be."""
BREAK = " / "
"""Where a line of words breaks."""


@dataclass(frozen=True)
class Typed:
    """Words, and what the user says of them."""

    words: str
    number: int | None
    """Of the region, from 1; None: in order."""
    values: Mapping[str, object]
    """Fields of `Look`."""
    old: str = ""
    """What the old letters say, where the user tells it."""


def typed_lines(text: str, fonts: Mapping[str, object]) -> list[Typed]:
    """What a user typed, line by line.

    Args:
        fonts: those of this machine, by name.

    Raises:
        UserError: no words, only some lines numbered, a region named twice, an unknown name or a bad value.
    """
    rows = [row for row in clean(text).split("\n") if row and not row.startswith(REMARK)]
    matches = [LINE.fullmatch(row) for row in rows]
    for row, match in zip(rows, matches, strict=True):
        if ASTRAY.match(match[5].strip() if match else row):
            raise UserError(f'Values stand between number and colon, as in "2 size=84: words", got {row[:60]!r}.')
    if not rows:
        raise UserError('There are no words to set: expected a line for every region, such as "1: Moonlight".')
    if not any(matches):
        wrong = next((row for row in rows if MEANT.match(row)), None)
        if wrong is None:
            return [Typed(row.replace(BREAK, "\n"), None, {}) for row in rows]
    found: list[Typed] = []
    for row, match in zip(rows, matches, strict=True):
        if match is None:
            raise UserError(
                f'Expected "2: words" or "2 size=84 angle=3: words" in every line or in none, got {row[:60]!r}.'
            )
        number = int(match[1])
        words = match[5].strip().replace(BREAK, "\n")
        if not words:
            raise UserError(f'Line "{row[:60]}" has no words behind its colon: write them, or leave the line out.')
        if number in [line.number for line in found]:
            raise UserError(f"Region {number} stands in two lines: give each region one.")
        given = re.findall(VALUE, match[2])
        twice = next((name for name, _ in given if [name for name, _ in given].count(name) > 1), None)
        if twice:
            raise UserError(f'{twice} stands twice in "{row[:60]}": give it once.')
        values = {name: _value(name, _bare(value), row, fonts) for name, value in given}
        found.append(Typed(words, number, values, str(values.pop(OLD, ""))))
    return found


def _bare(value: str) -> str:
    return value[1:-1] if value[:1] in ('"', "\u201c") else value


def _value(name: str, value: str, row: str, fonts: Mapping[str, object]) -> object:
    where = f'in "{row[:60]}"'
    if name == OLD:
        return value.strip()
    if name not in NAMES:
        known = ", ".join([*NAMES, OLD])
        raise UserError(f"Expected one of {known} before =, got {name!r} {where}.")
    if name in COLOURS:
        return colour_of(name, value)
    if name == "font":
        if value not in fonts:
            raise UserError(f"There is no font {value!r} on this machine ({where}): put it into models/fonts.")
        return value
    if name == "direction":
        if value not in DIRECTIONS:
            raise UserError(f"Expected {' or '.join(DIRECTIONS)} for direction, got {value!r} {where}.")
        return value
    least, most = RANGES[name]
    try:
        numbers = [round(float(part), PLACES[name]) for part in value.split(",")]
    except ValueError:
        numbers = []
    count = 2 if name == "shadow" else 1
    if len(numbers) != count or not all(math.isfinite(one) and least <= one <= most for one in numbers):
        form = "two numbers such as 3,3, each" if count == 2 else "a number"
        raise UserError(f"Expected {form} from {least:g} to {most:g} for {name}, got {value!r} {where}.")
    if name == "shadow":
        return tuple(numbers)
    return int(numbers[0]) if name == "weight" else numbers[0]


def rounded(look: Look) -> Look:
    """The look as a line can tell it: what is set is what is told."""
    values: dict[str, Any] = {}
    for name, places in PLACES.items():
        value = getattr(look, name)
        if name == "shadow":
            values[name] = tuple(round(float(one), places) + 0.0 for one in value)
        else:
            least, most = RANGES[name]
            one = min(max(round(float(value), places) + 0.0, least), most)
            values[name] = int(one) if name == "weight" else one
    return Look(**{**vars(look), **values})


def told(number: int, look: Look, words: str, old: str = "") -> str:
    """The line that gives this look again, of a `rounded` one."""
    values = {**({OLD: old} if old else {}), **{name: getattr(look, name) for name in NAMES}}
    said = " ".join(f"{name}={_text(value)}" for name, value in values.items())
    return f"{number} {said}: " + words.replace("\n", BREAK)


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return (
            "#" + "".join(f"{one:02x}" for one in value) if len(value) == 3 else ",".join(f"{one:g}" for one in value)
        )
    if isinstance(value, str):
        return f'"{value}"' if re.search(r"[\s:\u201c\u201d]", value) else value
    return f"{value:g}"
