"""What GitHub reads: it says nothing of a form or a workflow that it cannot use, it just leaves it out."""

import re
from pathlib import Path

import pytest
import yaml

GITHUB = Path(__file__).resolve().parents[3] / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_in_both_languages(path):
    form = read(path)
    assert form.keys() >= {"name", "description", "body"}
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids)) >= 3
    said = [form["name"], form["description"]]
    for field in form["body"]:
        assert field["type"] == "textarea"
        said += [field["attributes"]["label"], *filter(None, [field["attributes"].get("description")])]
    for text in said:
        english, _, korean = text.partition(" / ")
        assert english.isascii() and re.search("[\uac00-\ud7a3]", korean), text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_whole(path):
    workflow = read(path)
    assert workflow[True], "YAML reads the key `on` as true"
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        if "uses" in job:
            assert (GITHUB.parent / job["uses"]).is_file()
            continue
        assert job["runs-on"]
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "own/step@v1"))


def test_every_python_that_is_promised_is_tried(root):
    pythons = read(GITHUB / "workflows" / "test.yml")["jobs"]["all"]["strategy"]["matrix"]["python"]
    minors = [int(python.removeprefix("3.")) for python in pythons]
    assert minors == list(range(minors[0], minors[-1] + 1)) and len(minors) >= 4
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={pythons[0]}"' in project


def test_the_tag_is_held_against_the_name_of_the_wheel(root):
    steps = read(GITHUB / "workflows" / "publish.yml")["jobs"]["publish"]["steps"]
    order = [step.get("uses") or step["run"] for step in steps]
    check = next(number for number, step in enumerate(order) if "GITHUB_REF_NAME" in step)
    assert order.index("python -m build") < check < order.index("Comfy-Org/publish-node-action@v1")
