"""README.md's tables, written anew from the figures that are kept.

A table stands between `<!-- table: FILE.TABLE -->` and `<!-- end -->`: the
newest run of each command, a block for every machine. `<!-- history: FILE.TABLE -->` shows every run with its date,
`<!-- machines -->` the machines behind all of them.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from . import machine, runs

README = runs.FIGURES.parent / "README.md"
MARKED = re.compile(r"(<!-- (machines|table: \S+|history: \S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def rewrite() -> None:
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")


def check() -> None:
    """End the process with the lines that differ where README.md says something else."""
    given = README.read_text(encoding="utf-8")
    lines = set(filled(given).splitlines()) ^ set(given.splitlines())
    if lines:
        sys.exit("README.md's tables are not what figures/ holds: run `make tables`.\n" + "\n".join(sorted(lines)))


def filled(text: str) -> str:
    """A text with every marked table as the figures have it."""
    letters = _letters()

    def block(found: re.Match) -> str:
        kind, _, place = found[2].partition(": ")
        if kind == "machines":
            rows = [
                dict(zip(("machine", *machine.HARDWARE), (letter, *facts), strict=True))
                for facts, letter in letters.items()
            ]
            return f"{found[1]}{markdown(rows)}{found[3]}"
        file, table = place.split(".")
        having = [run for run in runs.kept(file) if table in run.figures]
        if not having:
            sys.exit(f"README.md asks for {place}, which no run in figures/{file}.json has.")
        if kind == "history":
            return f"{found[1]}{_history(having, table, letters)}{found[3]}"
        return f"{found[1]}{_by_machine(runs.newest(having), table, letters)}{found[3]}"

    return MARKED.sub(block, text)


def markdown(rows: list[dict[str, Any]]) -> str:
    """A table with a column for every key, in the order in which the rows bring them."""
    columns = {
        name: _cells([row.get(name) for row in rows]) for name in dict.fromkeys(key for row in rows for key in row)
    }
    lines = [list(columns), *(list(cells) for cells in zip(*columns.values(), strict=True))]
    shown = ["|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|\n" for line in lines]
    return "".join([shown[0], "|" + "---|" * len(columns) + "\n", *shown[1:]])


def _cells(values: list[Any]) -> list[str]:
    """A column's cells; its fractions get as many decimals as the most exact of them has."""
    places = max((len(repr(value).partition(".")[2]) for value in values if _is_fraction(value)), default=0)

    def cell(value: Any) -> str:
        if _is_fraction(value):
            return f"{value:,.{places}f}"
        return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)

    return [cell(value) for value in values]


def _is_fraction(value: Any) -> bool:
    """A number with a point, and not one that is written with an exponent."""
    return isinstance(value, float) and "e" not in repr(value)


def _by_machine(having: list[runs.Run], table: str, letters: dict[tuple, str]) -> str:
    blocks = []
    for hardware in dict.fromkeys(run.hardware for run in having):
        own = [run for run in having if run.hardware == hardware]
        rows = [row for run in own for row in run.figures[table]]
        blocks.append(f"{markdown(rows)}\n{letters[hardware]}, {_told(own)}\n")
    return "\n".join(blocks)


def _told(own: list[runs.Run]) -> str:
    """`2026-11-21: command (commit, beside what), command (...); 2026-11-22: ...`"""
    days: dict[str, list[str]] = {}
    for run in own:
        extra = [f"commit {run.commit}" if run.commit else "", f"beside {run.beside}" if run.beside else ""]
        days.setdefault(run.date, []).append(f"`{run.command}` ({', '.join(filter(None, extra))})".replace(" ()", ""))
    return "; ".join(f"{day}: {', '.join(commands)}" for day, commands in days.items()) + "."


def _history(having: list[runs.Run], table: str, letters: dict[tuple, str]) -> str:
    return markdown(
        [
            {
                "date": run.date,
                "machine": letters[run.hardware],
                "command": f"`{run.command}`",
                **row,
                "commit": run.commit,
                "beside it": run.beside,
            }
            for run in having
            for row in run.figures[table]
        ]
    )


def _letters() -> dict[tuple, str]:
    """Hardware -> A, B, ... in the order of their first runs."""
    files: Iterable[Path] = sorted(runs.FIGURES.glob("*.json"))
    every = sorted((run for path in files for run in runs.kept(path.stem)), key=lambda run: run.date)
    return dict(zip(dict.fromkeys(run.hardware for run in every), ascii_uppercase))  # noqa: B905
