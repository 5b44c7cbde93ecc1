"""`--area` takes the tests of one capability, those of its folders and those that say so; workers take whole files."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys

import pytest
from dancheong.testing import areas


def collected(root, *arguments):
    command = [sys.executable, "-m", "pytest", "--collect-only", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def test_an_unknown_area_is_refused_with_the_known_ones(root):
    found = collected(root, "tests/unit/house", "--area", "text_musk")
    said = found.stdout + found.stderr
    assert found.returncode and "There is no area 'text_musk'. Known are " in said and " text_mask," in said
    assert "Traceback" not in said


def test_an_area_holds_its_folders_and_the_templates_that_use_it(root):
    folders = ("tests/unit/print_cover", "tests/unit/page", "tests/browser")
    found = collected(root, "--area", "print_cover", *folders).stdout
    files = [line.split("::")[0].split(": ")[0] for line in found.splitlines() if line.startswith("tests/")]
    assert {"tests/unit/print_cover/test_print_files.py", "tests/browser/house/test_templates.py"} <= set(files)
    assert not any(file.startswith("tests/unit/page") for file in files)


@pytest.mark.parametrize(
    ("workflow", "used"),
    [("remove_text", {"text_mask", "erase"}), ("edit_word", {"text_edit", "text_mask"}), ("curate_news", {"curation"})],
)
def test_a_workflow_is_about_the_capabilities_of_its_nodes(root, workflow, used):
    found = areas.of_workflow(root / "workflows" / "api" / f"{workflow}.json")
    assert used <= set(found) <= set(areas.known())


def test_workers_take_files_whole(root, tmp_path):
    """Else each worker makes what a file's tests share, and whole models stand in memory twice."""
    (options,) = re.findall(r"^TEST := .*\$\(RUN\) -m pytest (.*)$", (root / "Makefile").read_text(), re.M)
    taken = tmp_path / "taken"
    taken.mkdir()
    for name in ("one", "two", "three"):
        (tmp_path / f"test_{name}.py").write_text(
            "import os, pathlib, pytest, time\n"
            "@pytest.mark.parametrize('number', range(4))\n"
            "def test(number):\n"
            "    time.sleep(0.05)\n"
            f"    pathlib.Path({str(taken)!r}, f'{name}.{{os.environ[\"PYTEST_XDIST_WORKER\"]}}').touch()\n"
        )
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", f"--rootdir={tmp_path}", *shlex.split(options)]
    ran = subprocess.run([*command, "--numprocesses=2", str(tmp_path)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    workers = sorted(path.name for path in taken.iterdir())
    assert len(workers) == 3 and len({name.split(".")[1] for name in workers}) == 2, workers


def test_what_a_run_compiles_is_kept_in_one_place():
    """Whatever the environment says: else every worker, command and ComfyUI of a run compiles torch anew."""
    compiled = importlib.util.cache_from_source(importlib.util.find_spec("xml.dom.pulldom").origin)
    assert compiled.startswith(os.environ["PYTHONPYCACHEPREFIX"])
    assert not sys.dont_write_bytecode and "PYTHONDONTWRITEBYTECODE" not in os.environ
    command = [sys.executable, "-c", "import xml.dom.pulldom as module; print(module.__cached__)"]
    assert subprocess.run(command, capture_output=True, text=True).stdout.strip() == compiled
    assert os.path.isfile(compiled)
