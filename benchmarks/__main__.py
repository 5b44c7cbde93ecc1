"""`python -m benchmarks [--try] NAME [OPTIONS]`, in the pack's folder: run a benchmark and keep its figures.

They go into figures/NAME.json with machine, date, commit and command, and from there into README.md. `tables` in the
place of NAME only writes README.md's tables anew, `tables --check` tells whether they need it.
"""

import argparse
import importlib
import json
import runpy
import shlex
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    runpy.run_path(str(HERE.parent / "runner" / "__main__.py"))["load_pack"]()
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--try", dest="is_trial", action="store_true", help="print the tables and keep nothing")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)  # kit/process.py asks for it
    parser.add_argument(
        "name", choices=[*names(), "tables"], metavar="NAME", help=f"one of {', '.join(names())}; or tables"
    )
    parser.add_argument("options", nargs=argparse.REMAINDER, metavar="OPTIONS", help="its own; --help tells them")
    chosen = parser.parse_args()
    from dancheong.benchmarks.kit import runs, tables

    if chosen.name == "tables":
        tables.check() if chosen.options == ["--check"] else tables.rewrite()
        return
    benchmark = importlib.import_module(f"dancheong.benchmarks.{chosen.name}")
    if chosen.part:
        print(json.dumps(benchmark.part(*chosen.options)))
        return
    run = runs.begun(shlex.join(["python", "-m", "benchmarks", chosen.name, *chosen.options]))
    figures = benchmark.main(chosen.options)
    if figures is None:
        return
    for name, rows in figures.items():
        print(f"\n{name}\n\n{tables.markdown(rows)}")
    if not chosen.is_trial:
        runs.keep(chosen.name, replace(run, figures=figures))
        tables.rewrite()


def names() -> list[str]:
    """Files of this folder that can be run."""
    files = sorted(HERE.glob("[a-z]*.py"))
    return [path.stem for path in files if "\ndef main(" in path.read_text(encoding="utf-8")]


if __name__ == "__main__":
    main()
