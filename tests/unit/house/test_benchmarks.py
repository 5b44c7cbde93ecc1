"""What stands in benchmarks/README.md is what was measured, by commands that exist, in tests that exist."""

import ast
import json
import re
import shutil
import subprocess
import sys

import pytest
from dancheong.testing.arrows import sources

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


@pytest.fixture
def copy(root, tmp_path):
    """A checkout of what benchmarks need, whose figures may be changed."""
    for name in ("benchmarks", "runner", "nodes"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "__init__.py", tmp_path)
    return tmp_path


def benchmarks(root, *words):
    command = [sys.executable, "-m", "benchmarks", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def add_run(root, **fields):
    """Another run of title_order, like its last one but for some fields."""
    path = root / "benchmarks/figures/title_order.json"
    runs = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([*runs, {**runs[-1], **fields}]), encoding="utf-8")


def test_the_tables_are_what_the_figures_give(root):
    checked = benchmarks(root, "tables", "--check")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("name", "old", "new"), [("figures/title_order.json", "4.25", "4.35"), ("README.md", "| 35.93 |", "| 36.93 |")]
)
def test_a_changed_figure_and_a_changed_table_are_seen(copy, name, old, new):
    path = copy / "benchmarks" / name
    right = path.read_text(encoding="utf-8")
    assert old in right
    path.write_text(right.replace(old, new), encoding="utf-8")
    refused = benchmarks(copy, "tables", "--check")
    assert refused.returncode == 1
    assert new in refused.stderr


def test_the_newest_run_of_a_command_is_shown(copy):
    add_run(copy, date="2027-01-02", figures={"edges": [{"px": 3.5}, {"px": 0.125}, {"px": 4000}, {"px": None}]})
    assert benchmarks(copy, "tables").returncode == 0
    shown = (copy / "benchmarks/README.md").read_text(encoding="utf-8")
    table = "| px |\n|---|\n| 3.500 |\n| 0.125 |\n| 4,000 |\n| |\n\nA, 2027-01-02: `python -m benchmarks title_order`"
    assert f"<!-- table: title_order.edges -->\n{table}" in shown
    assert "| 4.25 |" not in shown


def test_another_machine_gets_a_letter_and_a_block_of_its_own(copy, figures):
    gpu = {**figures["title_order"][-1]["machine"], "gpu": "A GPU"}
    add_run(copy, date="2027-01-02", machine=gpu, figures={"edges": [{"px": 3.5}]})
    assert benchmarks(copy, "tables").returncode == 0
    shown = (copy / "benchmarks/README.md").read_text(encoding="utf-8")
    assert "| A GPU |" in shown
    assert re.search(r"\| 4.25 \|.*\nA, .*\| 3.5 \|\n\nB, 2027-01-02: ", shown, re.DOTALL)


@pytest.mark.skipif(sys.platform != "linux", reason="benchmarks ask /proc for the machine")
def test_a_run_is_kept_with_machine_date_commit_and_command(copy):
    def git(*words):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        return subprocess.run(["git", *identity, *words], cwd=copy, capture_output=True, text=True, check=True).stdout

    benchmark = "\ndef main(options: list[str]) -> dict:\n    return {'words': [{'count': len(options)}]}\n"
    (copy / "benchmarks/counting.py").write_text(benchmark)
    (copy / ".gitignore").write_text("__pycache__\n")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "all")
    assert "| 2 |" in benchmarks(copy, "--try", "counting", "a", "b c").stdout
    assert git("status", "--porcelain") == ""
    for _ in range(2):
        done = benchmarks(copy, "counting", "a", "b c")
        assert done.returncode == 0, done.stderr
    (run,) = json.loads((copy / "benchmarks/figures/counting.json").read_text(encoding="utf-8"))
    assert run["command"] == "python -m benchmarks counting a 'b c'"
    assert run["commit"] == git("rev-parse", "--short", "HEAD").strip()
    assert run["machine"]["torch"]
    assert run["figures"] == {"words": [{"count": 2}]}

    (copy / "benchmarks/counting.py").write_text(benchmark + "# changed\n")
    benchmarks(copy, "counting", "a", "b c")
    *_, last = json.loads((copy / "benchmarks/figures/counting.json").read_text(encoding="utf-8"))
    assert last["commit"] == run["commit"] + " with changes"


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
    runs = (re.match(r"python -m benchmarks (?:--try )?(\w+)", command) for command in commands)
    named = {run[1] for run in runs if run}
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


def test_what_benchmarks_import_is_there(root):
    """They are run now and then only: a name that moved would be missed long after it did."""
    taken = [
        (path, name)
        for path in sources(root, "benchmarks")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
        for name in lacking(path.parents[node.level - 1].joinpath(*(node.module or "").split(".")), node.names)
    ]
    assert taken == []
    assert list(lacking(root / "nodes/erase/opencv", [ast.alias("inpaint"), ast.alias("outpaint")])) == ["outpaint"]


def lacking(module, names):
    """Which of the names a module neither binds nor holds as modules of its own."""
    path = module.with_suffix(".py")
    tree = ast.parse((path if path.is_file() else module / "__init__.py").read_text(encoding="utf-8"))
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    bound |= {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    for alias in names:
        inner = module / alias.name
        if alias.name not in bound and not inner.with_suffix(".py").is_file() and not inner.is_dir():
            yield alias.name


IN_PIECES = """
from .kit import pieces

def main(options):
    most = int(options[0]) if options else None
    found = pieces.gathered("counted", "all", [("core", "0"), ("ours", "0"), ("core", "1")], most)
    return found and {"rows": [{"piece": " ".join(piece), "value": value} for piece, value in found.items()]}

def part(side, number):
    with open("ran.txt", "a") as file:
        file.write(f"{side} {number}\\n")
    return len(side)
"""


def test_a_benchmark_in_pieces_goes_on_where_it_ended(copy):
    (copy / "benchmarks/counted.py").write_text(IN_PIECES, encoding="utf-8")
    (copy / ".gitignore").write_text("*")
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for words in (("init", "--quiet"), (*who, "commit", "--quiet", "--allow-empty", "-m", "none")):
        subprocess.run(["git", *words], cwd=copy, check=True)
    first = benchmarks(copy, "--try", "counted", "1")
    assert "2 of 3 pieces are still to do" in first.stdout, first.stderr
    assert benchmarks(copy, "--try", "counted", "1").returncode == 0
    rest = benchmarks(copy, "--try", "counted")
    assert "| core 1 | 4 |" in rest.stdout and "| ours 0 | 4 |" in rest.stdout, rest.stderr
    assert (copy / "ran.txt").read_text().splitlines() == ["core 0", "ours 0", "core 1"]
