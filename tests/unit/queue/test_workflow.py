"""Workflow files: reading, changing, and the local files they name."""

import json
import unicodedata

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
RESIZE = {
    "5": {"class_type": "Resize", "inputs": {"resize_type": "by width", "resize_type.width": 512, "steps": 4}},
    "6": {"class_type": "Resize", "inputs": {"resize_type": "by width"}, "_meta": {"title": "v1.5 \ud45c\uc9c0"}},
}
DECLARED = {
    "Resize": {
        "input": {
            "required": {
                "resize_type": [
                    "COMFY_DYNAMICCOMBO_V3",
                    {
                        "options": [
                            {"key": "by width", "inputs": {"required": {"width": ["INT", {"default": 8}]}}},
                            {
                                "key": "by factor",
                                "inputs": {
                                    "required": {"multiplier": ["FLOAT", {"default": 2.0}]},
                                    "optional": {"smooth": ["BOOLEAN", {"default": True}]},
                                },
                            },
                        ]
                    },
                ],
                "steps": ["INT", {"default": 20}],
            },
            "optional": {
                "bleed": [["none", "mirror"], {}],
                "edge": ["COMBO", {"options": [1, 2]}],
                "note": ["STRING", {}],
                "mask": ["MASK", {}],
            },
        }
    }
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
        ("7.bold=TRUE", "7", "bold", True),
        ("7.bold=0", "7", "bold", False),
        ("7.title=TRUE", "7", "title", "TRUE"),
        (" 7 . title =x", "7", "title", "x"),
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
        ("7.size=1,234", "Expected a value like 8.0 for 7.size, got '1,234'"),
        ("7.size=true", "Expected a value like 8.0"),
        ("7.size=NaN", "Expected a value like 8.0"),
        ('7.size=["3", 0]', "Expected a value like 8.0"),
        ("7.bold=2", "Expected true or false"),
        ("7.title=\udcff", "bytes that are none"),
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
        ("[" * 100_000, "cannot be read as a JSON workflow"),
        (r'{"3": {"class_type": "X", "inputs": {"a": "\ud800"}}}', "cannot be read as a JSON workflow"),
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


def changed(*settings):
    return workflow.prompt(RESIZE, [workflow.setting(one) for one in settings], DECLARED)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp949"])
def test_a_workflow_is_read_as_windows_writes_it(tmp_path, encoding):
    text = json.dumps({"3": {"class_type": "X", "inputs": {"a": "\ub2ec\u2028"[: 1 if encoding == "cp949" else 2]}}})
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (tmp_path / "workflow.json").write_bytes(mark + text.encode(encoding))
    assert workflow.load(tmp_path / "workflow.json") == json.loads(text)


def test_inputs_that_a_choice_brings_come_and_go_with_it():
    assert changed("5.resize_type.width=64")["5"]["inputs"]["resize_type.width"] == 64
    expected = {"resize_type": "by factor", "resize_type.multiplier": 3, "resize_type.smooth": True, "steps": 4}
    for order in (1, -1):
        both = ["5.resize_type=by factor", "5.resize_type.multiplier=3"][::order]
        assert changed(*both)["5"]["inputs"] == expected
    assert changed("v1.5 \u1111\u116d\u110c\u1175.resize_type.width=9")["6"]["inputs"]["resize_type.width"] == 9


def test_an_input_that_the_file_does_not_name_is_set_in_the_kind_that_the_server_declares():
    inputs = changed("5.bleed=mirror", "5.edge=2", "5.note=2024")["5"]["inputs"]
    assert (inputs["bleed"], inputs["edge"], inputs["note"]) == ("mirror", 2, "2024")
    assert changed("5.steps=8.0")["5"]["inputs"]["steps"] == 8


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("5.colour=x", "Node 5 has no input 'colour'; it has resize_type, .*bleed"),
        ("5.mask=x", r"takes a connection \(MASK\)"),
        ("5.resize_type.multiplier=3", "belongs to another resize_type than 'by width': set resize_type too"),
        ("5.resize_type=by magic", "Expected one of by width, by factor for resize_type, got 'by magic'"),
        ("5.resize_type.height=3", "Node 5 has no input 'resize_type.height'"),
        ("9.resize_type.width=3", "No node is called '9'"),
        ("Resize.resize_type.width=3", "More than one node is called 'Resize'"),
        ("5.steps=2.5", "Expected a whole number .* got '2.5'"),
        ("5.steps=1,234", "Expected a whole number"),
    ],
)
def test_what_is_set_and_cannot_be_used_is_said(setting, message):
    with pytest.raises(UserError, match=message):
        changed(setting)


def test_a_setting_that_may_mean_two_inputs_is_refused():
    document = {
        "5": {"class_type": "X", "inputs": {"a.b": 1}},
        "6": {"class_type": "X", "inputs": {"b": 1}, "_meta": {"title": "5.a"}},
    }
    with pytest.raises(UserError, match=r"5\.a\.b may mean"):
        workflow.prompt(document, [("5.a.b", 2)], {})


def test_a_wrong_node_is_told_without_a_server():
    workflow.check_nodes(RESIZE, [("5.anything", 1), ("v1.5 \ud45c\uc9c0.anything", 1)])
    with pytest.raises(UserError, match="No node is called '9'"):
        workflow.check_nodes(RESIZE, [("9.steps", 1)])


@pytest.mark.parametrize(("named", "stored"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_local_file_is_found_in_the_other_unicode_form_and_the_one_as_written_comes_first(tmp_path, named, stored):
    def form(kind, text="\uadf8\ub9bc/\ub2ec\ube5b.png"):
        return unicodedata.normalize(kind, text)

    prompt = {"3": {"class_type": "LoadImage", "inputs": {"image": form(named)}}}
    path = tmp_path / form(stored)
    path.parent.mkdir()
    path.write_bytes(b"")
    found = workflow.local_files(prompt, INFO, [tmp_path])[("3", "image")]
    assert found.samefile(path)
    exact = tmp_path / form(named)
    exact.parent.mkdir(exist_ok=True)
    exact.write_bytes(b"1")
    assert workflow.local_files(prompt, INFO, [tmp_path]) == {("3", "image"): exact}


def test_two_files_that_only_a_machine_can_tell_apart_are_refused(tmp_path):
    first, second = (unicodedata.normalize(form, "\ub2ec\ube5b") for form in ("NFC", "NFD"))
    for name in (first, second):
        (tmp_path / f"{name}.png").write_bytes(b"")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system holds them for one name")
    mixed = f"{first[0]}{unicodedata.normalize('NFD', first[1])}.png"
    prompt = {"3": {"class_type": "LoadImage", "inputs": {"image": mixed}}}
    with pytest.raises(UserError, match=r"2 files in .* different Unicode forms"):
        workflow.local_files(prompt, INFO, [tmp_path])


@pytest.mark.parametrize("name", ["cover.png [input]", "cover.png [output]", "cover.png [temp]", "\ub2ec" * 200, "a\0"])
def test_a_name_of_the_server_s_or_of_no_file_is_left_to_the_server(tmp_path, name):
    (tmp_path / "cover.png [input]").write_bytes(b"")
    prompt = {"3": {"class_type": "LoadImage", "inputs": {"image": name}}}
    assert workflow.local_files(prompt, INFO, [tmp_path]) == {}
