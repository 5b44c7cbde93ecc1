"""What the registry would hand out: packed by comfy-cli, unpacked into a clean base directory, used from there."""

import json
import re
import subprocess
import sys
import urllib.request

import pytest
from dancheong.runner.server import Server, prepare_base
from dancheong.testing import published
from dancheong.testing.supplies import Supplies
from PIL import Image

RUNS = ("__init__.py", "install.py", "nodes", "runner", "workflows", "locales", "subgraphs", "web")
WORKFLOW = "remove_text.json"
TELLS = {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "README.ko.md", "benchmarks/README.md",
         "pyproject.toml", "requirements.txt"}  # fmt: skip


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """The unpacked archive, in the custom_nodes of a base directory; nothing is linked to this checkout."""
    pack = tmp_path_factory.mktemp("target") / "custom_nodes" / "dancheong"
    said = published.archive(tmp_path_factory.mktemp("source"), pack)
    assert "All validation checks passed" in said
    return pack


@pytest.fixture(scope="module")
def url(pack):
    base = pack.parent.parent
    prepare_base(base)
    assert not pack.is_symlink(), "what is there stays"
    supplies = Supplies(base)
    supplies.put("small.png")
    supplies.put_named(json.loads((pack / "workflows" / WORKFLOW).read_text(encoding="utf-8")))
    with Server(base, base / "models", log=base / "server.log") as server:
        yield server.url


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def test_it_holds_every_file_that_runs_and_nothing_else(pack):
    held = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    runs = {name for name in held if name.split("/")[0] in RUNS}
    assert runs == set(published.tracked(*RUNS))
    tells = {name for name in held - runs if not re.match(r"docs/(en|ko|pictures)/", name)}
    assert tells <= TELLS


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_every_picture_and_page_of_its_readme_is_there(pack, page):
    text = (pack / page).read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)\s#]+)|<img[^>]*\ssrc=\"([^\"]+)", text)
    names = {inline or tag for inline, tag in named if not (inline or tag).startswith("http")}
    assert {"docs/pictures/mark.jpg", "CONTRIBUTING.md", "benchmarks/README.md"} <= names
    assert {name for name in names if not (pack / name).exists()} == set()


def test_a_clean_comfyui_serves_all_of_it(pack, url):
    known = json.loads(get(f"{url}/object_info"))
    korean = json.loads((pack / "locales" / "ko" / "nodeDefs.json").read_text(encoding="utf-8"))
    assert {name for name in known if name.startswith("Dancheong")} == set(korean)
    assert json.loads(get(f"{url}/i18n"))["ko"]["nodeDefs"].keys() >= korean.keys()
    templates = json.loads(get(f"{url}/workflow_templates"))["dancheong"]
    assert sorted(templates) == sorted(path.stem for path in (pack / "workflows").glob("*.json"))
    blueprints = {entry["name"] for entry in json.loads(get(f"{url}/global_subgraphs")).values()}
    assert {path.stem for path in (pack / "subgraphs").glob("*.json")} <= blueprints
    for path in ("docs/DancheongTrimSize/ko.md", "docs/DancheongTrimSize/ko.jpg", "option_labels.js"):
        assert get(f"{url}/extensions/dancheong/{path}")


def test_its_own_command_line_runs_its_own_workflow(pack, url, tmp_path):
    command = [sys.executable, pack / "runner", "run", pack / "workflows" / WORKFLOW, "--set", "3.image=small.png"]
    finished = subprocess.run(
        [*command, "--server", url, "--out", tmp_path], capture_output=True, text=True, cwd=tmp_path
    )
    assert finished.returncode == 0, finished.stderr
    with Image.open(next(tmp_path.glob("*.png"))) as picture:
        assert picture.size == (256, 384)
