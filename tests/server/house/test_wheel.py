"""The wheel: it holds all that runs, and its command line works without ComfyUI, away from this checkout."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from dancheong.testing import published
from dancheong.testing.arrows import arrows, sources
from PIL import Image
from uv import find_uv_bin

RUNS = ("nodes", "runner", "workflows", "locales", "subgraphs", "web")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return published.wheel(tmp_path_factory.mktemp("wheel"))


class Installed:
    """The wheel with the extra `cli` in an environment that has nothing else."""

    def __init__(self, wheel, folder):
        self.programs = folder / "environment" / ("Scripts" if os.name == "nt" else "bin")
        self.folder = folder
        # No ComfyUI is named, no checkout is on the path, and nothing in the user's folders is seen.
        hidden = ("COMFYUI_PATH", "PYTHONPATH", "VIRTUAL_ENV")
        self.variables = {name: value for name, value in os.environ.items() if name not in hidden}
        self.variables |= {"XDG_DATA_HOME": str(folder / "data"), "LOCALAPPDATA": str(folder / "data")}
        uv = [find_uv_bin(), "--quiet"]
        subprocess.run([*uv, "venv", "--python", sys.executable, str(self.programs.parent)], check=True)
        subprocess.run([*uv, "pip", "install", "--python", str(self.programs / "python"), f"{wheel}[cli]"], check=True)

    def run(self, program, *arguments):
        command = [str(self.programs / program), *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=self.variables)

    def files(self):
        return {path for path in self.programs.parent.rglob("*") if path.suffix != ".pyc"}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    installed = Installed(wheel, tmp_path_factory.mktemp("installed"))
    before = installed.files()
    yield installed
    assert installed.files() == before, "what is installed must stay as it was installed"


def test_it_holds_every_file_that_runs_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    held = {name.removeprefix("dancheong/") for name in names if name.startswith("dancheong/")}
    assert held == {*published.tracked(*RUNS), "__init__.py", "install.py"}
    assert {name.split("/")[0] for name in names} == {
        "dancheong",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }


def test_what_it_makes_lies_with_the_user(installed):
    code = (
        "from dancheong.runner import places; from dancheong.nodes.text_mask import keras_ocr_environment as keras;"
        "print(*(places.BASE, places.VENV, places.OWN_COMFYUI, keras.folder()), sep='\\n')"
    )
    ran = installed.run("python", "-c", code)
    assert ran.stdout and all(line.startswith(str(installed.folder / "data")) for line in ran.stdout.splitlines()), ran


def test_the_extra_brings_what_the_command_line_imports(installed, root):
    foreign = {
        arrow.target.split(".")[0] for path in sources(root, "runner") for arrow in arrows(path, root) if arrow.foreign
    }
    assert {"aiohttp", "PIL", "gdown"} <= foreign
    finished = installed.run("python", "-c", f"import {', '.join(sorted(foreign))}")
    assert finished.returncode == 0, finished.stderr


def test_it_lists_every_model_as_missing(installed, root):
    table = json.loads((root / "runner" / "setup" / "models.json").read_text(encoding="utf-8"))
    finished = installed.run("dancheong", "models")
    assert finished.returncode == 0, finished.stderr
    assert {line.split(";")[0] for line in finished.stdout.splitlines() if line[0] != " "} == {
        f"{name}: missing" for name in table
    }


def test_it_runs_a_workflow_of_its_own(installed, cli, supplies, tmp_path):
    place = installed.run("python", "-c", "import dancheong; print(dancheong.__file__)").stdout
    workflow = Path(place.strip()).parent / "workflows" / "api" / "remove_text.json"
    assert installed.programs.parent in workflow.parents
    supplies.put_named(json.loads(workflow.read_text(encoding="utf-8")))
    picture = f"3.image={supplies.put('small.png')}"
    finished = installed.run(
        "dancheong", "run", workflow, "--set", picture, "--server", cli.url, "--out", tmp_path / "out"
    )
    assert finished.returncode == 0, finished.stderr
    with Image.open(next((tmp_path / "out").glob("*.png"))) as picture:
        assert picture.size == (256, 384)


def test_it_curates_a_dataset(installed, news_photos, tmp_path):
    finished = installed.run("dancheong", "curate", news_photos, "--min-content", 0, "--out", tmp_path / "kept")
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("20 of 20 rows kept")


def test_what_needs_more_says_so(installed, news_photos, tmp_path):
    curate = installed.run(
        "dancheong", "curate", news_photos, "--watermark", "mark.safetensors", "--out", tmp_path / "x"
    )
    assert curate.returncode == 1
    assert curate.stderr.startswith("dancheong: This needs the package torch, which is not installed: run `")
    host = installed.run("dancheong", "host")
    assert host.returncode == 1
    assert "clone the repository and run `make host`" in host.stderr
