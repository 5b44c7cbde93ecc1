"""Each template in the real editor, in Korean: it opens whole, equals its API form, and Run succeeds."""

import json

import pytest


def templates(root):
    return sorted(path.stem for path in (root / "workflows").glob("*.json"))


def without_titles(prompt):
    return {key: {"class_type": node["class_type"], "inputs": node["inputs"]} for key, node in prompt.items()}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def korean(root):
    return read(root / "locales" / "ko" / "nodeDefs.json")


def test_templates_open_run_and_equal_their_api_form(editor, root, korean, pictures, quick):
    assert templates(root)
    for name in templates(root):
        editor.faults.clear()
        editor.open(f"?template={name}&source=dancheong")
        shipped = read(root / "workflows" / "api" / f"{name}.json")
        # The editor may first show the graph that it had open before.
        editor.page.wait_for_function(
            "types => types.every(type => app.graph._nodes.some(node => node.type === type))",
            arg=sorted({node["class_type"] for node in shipped.values()}),
            timeout=30_000,
        )
        missing = editor.page.evaluate(
            "app.graph._nodes.filter(n => !LiteGraph.registered_node_types[n.type]).map(n => n.type)"
        )
        assert missing == []
        prompt = without_titles(editor.prompt())
        assert prompt == without_titles(shipped)
        picture = {"path": str(pictures / f"{name}.jpg"), "type": "jpeg", "quality": 85}
        editor.fit()
        editor.page.screenshot(**picture)
        editor.set_widgets(quick.get(name, {}))
        event = editor.queue()
        assert event["kind"] == "execution_success", event
        if name not in quick:  # what random weights paint is nothing to show
            editor.fit()
            editor.page.screenshot(**picture)
        labels = editor.page.evaluate(
            """() => app.graph._nodes.filter(n => n.type.startsWith('Dancheong')).map(n => [n.type, n.getTitle(),
                n.inputs.map(i => [i.name, i.localized_name ?? i.label ?? i.name]),
                n.outputs.map(o => o.localized_name ?? o.label ?? o.name)])"""
        )
        assert labels
        for node, title, inputs, outputs in labels:
            expected = korean[node]
            assert title == expected["display_name"]
            assert dict(inputs) == {key: expected["inputs"][key]["name"] for key, _ in inputs}
            assert outputs == [entry["name"] for entry in expected["outputs"].values()]
        assert editor.faults == []


def test_the_template_browser_lists_them(editor, root):
    listed = editor.page.evaluate("async () => await (await fetch('/workflow_templates')).json()")
    assert sorted(listed["dancheong"]) == templates(root)
    for name in templates(root):
        answer = editor.page.evaluate(
            "async url => (await fetch(url)).status", f"/api/workflow_templates/dancheong/{name}.jpg"
        )
        assert answer == 200


@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_pages_are_served(editor, korean, language):
    for node in korean:
        url = f"/extensions/dancheong/docs/{node}/{language}.md"
        assert editor.page.evaluate("async url => (await fetch(url)).status", url) == 200


def test_categories_are_korean(editor):
    merged = editor.page.evaluate("async () => (await (await fetch('/i18n')).json()).ko.nodeCategories")
    assert merged["dancheong"] == "\ub2e8\uccad"
