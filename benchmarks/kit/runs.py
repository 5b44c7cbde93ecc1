"""Runs as they are kept: figures/NAME.json, a list of them with the newest last."""

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .machine import HARDWARE, facts

FIGURES = Path(__file__).resolve().parent.parent / "figures"


@dataclass(frozen=True)
class Run:
    """One run of a command and what it showed."""

    machine: dict[str, Any]
    date: str
    """YYYY-MM-DD."""
    commit: str | None
    """None where nobody wrote it down."""
    command: str
    beside: str | None
    """What else the machine was doing; None where nothing was, or nobody wrote it down."""
    figures: dict[str, list[dict[str, Any]]]
    """Table -> rows, a row being column -> figure."""

    @property
    def hardware(self) -> tuple:
        return tuple(self.machine[name] for name in HARDWARE)


def kept(name: str) -> list[Run]:
    """The runs of a file, oldest first."""
    return [Run(**entry) for entry in json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))]


def begun(command: str) -> Run:
    """A run that begins now on this machine and commit, without its figures."""
    beside = f"a load of {os.getloadavg()[1]:.1f} in the 5 minutes before"
    return Run(facts(), date.today().isoformat(), _commit(), command, beside, {})


def keep(name: str, new: Run) -> None:
    """Write a run; it replaces one of the same command, machine and commit."""
    path = FIGURES / f"{name}.json"
    before = kept(name) if path.exists() else []
    same = (new.command, new.hardware, new.commit)
    others = [run for run in before if (run.command, run.hardware, run.commit) != same]
    path.write_text(as_text([*others, new]), encoding="utf-8")


def newest(runs: list[Run]) -> list[Run]:
    """The last run of each command on each machine, in the order in which the commands came first."""
    found: dict[tuple, Run] = {}
    for run in runs:
        found[run.command, run.hardware] = run
    return list(found.values())


def as_text(runs: list[Run]) -> str:
    """JSON with each row of a table on a line of its own, so that a diff shows rows."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    entries = []
    for run in runs:
        fields = asdict(run)
        figures = fields.pop("figures")
        rows = {name: ",\n".join(f"    {text(row)}" for row in table) for name, table in figures.items()}
        tables = ",\n".join(f"   {text(name)}: [\n{table}\n   ]" for name, table in rows.items())
        head = "".join(f"  {text(name)}: {text(value)},\n" for name, value in fields.items())
        entries.append(f' {{\n{head}  "figures": {{\n{tables}\n  }}\n }}')
    return "[\n" + ",\n".join(entries) + "\n]\n"


def _commit() -> str:
    """The checkout's commit, and whether more than figures has changed since."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=FIGURES, capture_output=True, text=True, check=True).stdout.strip()

    code = [":/", ":(exclude,top)benchmarks/figures", ":(exclude,top)benchmarks/README.md"]
    changed = git("status", "--porcelain", "--", *code)
    return git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")
