"""What the registry would hand out: packed by comfy-cli, unpacked into a clean base directory, used from there."""

import json
import runpy
import subprocess
import sys
import urllib.request

import pytest
from dancheong.runner import places
from dancheong.runner.server import Server
from PIL import Image


@pytest.fixture(scope="module")
def published(base, tmp_path_factory):
    """A base directory with the published package in it, and nothing linked to this checkout."""
    target = tmp_path_factory.mktemp("target")
    packing = runpy.run_path(str(places.PACK / "benchmarks" / "published.py"))
    said = packing["pack"](target / "custom_nodes" / "dancheong", tmp_path_factory.mktemp("source"))
    assert "All validation checks passed" in said
    (target / "input").mkdir()
    (target / "input" / "cover.png").write_bytes((base / "input" / "small.png").read_bytes())
    with Server(target, base / "models", log=target / "server.log") as server:
        yield target / "custom_nodes" / "dancheong", server.url


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def test_it_holds_what_users_need_and_nothing_else(published):
    pack, _ = published
    assert not pack.is_symlink()
    assert {path.name for path in pack.iterdir() if path.name[0] not in "._"} | {"__init__.py"} == {
        "LICENSE", "README.md", "__init__.py", "install.py", "locales", "nodes", "pyproject.toml", "requirements.txt",
        "runner", "subgraphs", "web", "workflows",
    }  # fmt: skip


def test_a_clean_comfyui_serves_all_of_it(published):
    pack, url = published
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


def test_its_own_command_line_runs_its_own_workflow(published, tmp_path):
    pack, url = published
    command = [sys.executable, str(pack / "runner"), "run", str(pack / "workflows" / "remove_text.json")]
    finished = subprocess.run(
        [*command, "--server", url, "--out", str(tmp_path)], capture_output=True, text=True, cwd=tmp_path
    )
    assert finished.returncode == 0, finished.stderr
    with Image.open(next(tmp_path.glob("*.png"))) as picture:
        assert picture.size == (256, 384)
