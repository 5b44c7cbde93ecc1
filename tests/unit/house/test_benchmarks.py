"""What stands in benchmarks/README.md is what was measured, by commands that exist, in tests that exist."""

import json
import re
import shutil
import subprocess
import sys

import pytest

FIELDS = {"machine", "date", "commit", "command", "beside", "figures"}


@pytest.fixture(scope="module")
def figures(root):
    """File -> its runs."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (root / "benchmarks/figures").glob("*.json")
    }


@pytest.fixture(scope="module")
def readme(root):
    return (root / "benchmarks/README.md").read_text(encoding="utf-8")


def tables(root, *options):
    command = [sys.executable, "-m", "benchmarks", "tables", *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def test_the_tables_are_what_the_figures_give(root):
    checked = tables(root, "--check")
    assert checked.returncode == 0, checked.stderr


def test_a_changed_figure_and_a_changed_table_are_seen(root, tmp_path):
    for name in ("benchmarks", "runner"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "__init__.py", tmp_path)
    assert tables(tmp_path, "--check").returncode == 0
    for path, old, new in (
        (tmp_path / "benchmarks/figures/title_order.json", "4.25", "4.35"),
        (tmp_path / "benchmarks/README.md", "| 35.93 |", "| 36.93 |"),
    ):
        right = path.read_text(encoding="utf-8")
        assert old in right
        path.write_text(right.replace(old, new), encoding="utf-8")
        refused = tables(tmp_path, "--check")
        assert refused.returncode == 1
        assert new in refused.stderr
        path.write_text(right, encoding="utf-8")


def test_every_run_says_where_it_comes_from(figures):
    assert figures
    for name, runs in figures.items():
        assert runs, name
        for run in runs:
            assert set(run) == FIELDS, name
            assert {"cpu", "cores", "memory GB", "gpu", "os", "python", "torch"} == set(run["machine"]), name
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", run["date"]), name
            assert run["commit"] is None or re.fullmatch(r"[0-9a-f]{7,}( with changes)?", run["commit"]), name
            assert run["command"], name
            assert all(isinstance(row, dict) for rows in run["figures"].values() for row in rows), name


def test_every_figure_is_shown(figures, readme):
    """A table that nothing shows is a figure that nobody reads."""
    shown = set(re.findall(r"<!-- (?:table|history): (\S+) -->", readme))
    kept = {f"{name}.{table}" for name, runs in figures.items() for run in runs for table in run["figures"]}
    assert shown == kept


def test_every_command_names_a_benchmark(root, figures):
    commands = [run["command"] for runs in figures.values() for run in runs]
    named = {command.split()[3] for command in commands if command.startswith("python -m benchmarks ")}
    assert "watermark" in named
    assert {name for name in named if not (root / f"benchmarks/{name}.py").is_file()} == set()


def test_every_benchmark_is_in_the_readme(root, readme):
    files = {f"benchmarks/{path.name}" for path in (root / "benchmarks").glob("[a-z]*.py")}
    assert len(files) > 10
    assert {name for name in files if name not in readme} == set()


def test_every_file_that_the_readme_names_exists(root, readme):
    named = set(re.findall(r"\b(?:tests|testing|benchmarks)/[\w/]+\.\w+", readme))
    assert len(named) > 20
    assert {name for name in named if not (root / name).is_file()} == set()
