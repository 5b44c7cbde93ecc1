"""Workflow files: reading, changing, and the local files they name."""

import json

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import workflow
from dancheong.runner.queue.client import describe_refusal

PROMPT = {
    "3": {"class_type": "LoadImage", "inputs": {"image": "cover.png"}, "_meta": {"title": "Cover"}},
    "7": {"class_type": "Title", "inputs": {"image": ["3", 0], "title": "2024", "size": 8.0, "bold": True}},
    "8": {"class_type": "Title", "inputs": {"title": ""}},
}
INFO = {
    "LoadImage": {"input": {"required": {"image": [["a.png"], {"image_upload": True}]}}},
    "Title": {"input": {"required": {"title": ["STRING", {}]}, "optional": {"size": ["FLOAT"]}}},
}


@pytest.fixture
def prompt():
    return json.loads(json.dumps(PROMPT))


@pytest.mark.parametrize(
    ("setting", "node", "name", "value"),
    [
        ("7.title=1984", "7", "title", "1984"),
        ("7.title=a=b", "7", "title", "a=b"),
        ("7.title=", "7", "title", ""),
        ("7.size=9.5", "7", "size", 9.5),
        ("7.bold=false", "7", "bold", False),
        ("Cover.image=new.png", "3", "image", "new.png"),
        ("LoadImage.image=new.png", "3", "image", "new.png"),
    ],
)
def test_settings(prompt, setting, node, name, value):
    changed = workflow.prompt(prompt, [workflow.setting(setting)], {})
    assert changed[node]["inputs"][name] == value
    assert prompt == PROMPT, "the loaded file serves the next row too"


def test_values_that_are_no_text(prompt):
    changed = workflow.prompt(prompt, [("7.title", 1984), ("7.size", 3), ("7.bold", False)], {})
    assert changed["7"]["inputs"] == {"image": ["3", 0], "title": "1984", "size": 3, "bold": False}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("title", "Expected NODE.INPUT=VALUE"),
        ("7.title", "Expected NODE.INPUT=VALUE"),
        ("9.title=x", "No node is called '9'; the workflow has 3 \\(Cover\\)"),
        ("Title.title=x", "More than one node"),
        ("7.colour=x", "no input 'colour'; it has image, title"),
        ("7.image=x", "connected to node 3"),
        ("7.size=big", "Expected a value like 8.0"),
    ],
)
def test_bad_settings_are_explained(prompt, setting, message):
    with pytest.raises(UserError, match=message):
        workflow.prompt(prompt, [workflow.setting(setting)], {})
    assert prompt == PROMPT


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no workflow file"),
        ("{", "cannot be read as a JSON workflow"),
        ("[]", "is no workflow: expected what the editor saves, or API form"),
        ('{"3": {"inputs": {}}}', "is no workflow"),
        ('{"3": {"class_type": "X", "inputs": []}}', "is no workflow"),
    ],
)
def test_bad_files_are_explained(tmp_path, content, message):
    path = tmp_path / "workflow.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match=message):
        workflow.load(path)


def test_local_files_are_found_in_order(tmp_path, prompt):
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        (folder / "cover.png").write_bytes(b"")
    assert workflow.local_files(prompt, INFO, [first, second]) == {("3", "image"): first / "cover.png"}
    assert workflow.local_files(prompt, INFO, [tmp_path]) == {}


def test_shipped_workflows_load(root):
    files = list((root / "workflows" / "api").glob("*.json"))
    assert files
    for path in files:
        assert workflow.load(path)
        assert (root / "workflows" / path.name).is_file()


def test_refusals_name_node_and_reason(prompt):
    body = {
        "prompt_id": "x",
        "node_errors": {"7": {"errors": [{"message": "Value not in list", "details": "font: 'x' not in []"}]}},
    }
    assert describe_refusal(prompt, body) == "Node 7 (Title): Value not in list: font: 'x' not in []"
    assert describe_refusal(prompt, {"prompt_id": "x", "node_errors": {}}) == ""
    missing = {"error": {"type": "missing_node_type", "message": "Node 'X' not found", "details": "Node ID '#4'"}}
    assert describe_refusal(prompt, missing) == "Node 'X' not found Node ID '#4'"
