"""Each template in the real editor, in Korean: it opens whole, equals its API form, and Run succeeds."""

from pathlib import Path

import pytest
from dancheong.testing import areas, served
from dancheong.testing.editor import check_drawn_labels, check_labels, read, without_titles

WORKFLOWS = Path(__file__).resolve().parents[3] / "workflows"
TEMPLATES = [
    pytest.param(path.stem, marks=pytest.mark.area(*areas.of_workflow(path)))
    for path in sorted((WORKFLOWS / "api").glob("*.json"))
]


@pytest.fixture(scope="module")
def korean(root):
    return read(root / "locales" / "ko" / "nodeDefs.json")


@pytest.fixture(scope="module")
def opened(editor):
    return editor.open()


@pytest.fixture(scope="module", params=TEMPLATES)
def name(request, opened, supplies, quick):
    """A template as the server gives it, just opened on the canvas; what it loaded goes after its tests."""
    shipped = read(WORKFLOWS / "api" / f"{request.param}.json")
    supplies.put_named([shipped, quick.get(request.param)])
    opened.faults.clear()
    opened.page.evaluate("app.reloadNodeDefs()")  # what was just supplied can be chosen
    opened.load(
        opened.page.evaluate(
            "async name => (await fetch(`/api/workflow_templates/dancheong/${name}.json`)).json()", request.param
        )
    )
    yield request.param
    served.give_back(opened.url)


def test_a_template_opens_runs_and_equals_its_api_form(editor, korean, pictures, quick, name):
    shipped = read(WORKFLOWS / "api" / f"{name}.json")
    missing = editor.page.evaluate(
        "app.graph._nodes.filter(n => !LiteGraph.registered_node_types[n.type]).map(n => n.type)"
    )
    assert missing == []
    assert without_titles(editor.prompt()) == without_titles(shipped)
    picture = {"path": str(pictures / f"{name}.jpg"), "type": "jpeg", "quality": 85}
    editor.page.screenshot(clip=editor.fit(), **picture)
    check_labels(editor, korean)
    run_here(editor, quick.get(name, {}))
    if name not in quick:  # what random weights paint is nothing to show
        editor.page.screenshot(clip=editor.fit(), **picture)
    assert editor.faults == []


@pytest.fixture
def nodes_2(editor, name):
    """ComfyUI's newer renderer, which draws nodes as parts of the page instead of on a canvas."""
    editor.switch("Comfy.VueNodes.Enabled", True)
    yield editor
    editor.switch("Comfy.VueNodes.Enabled", False)


def test_a_template_opens_and_runs_in_nodes_2(nodes_2, korean, pictures, quick, name):
    """What the canvas has just run is not computed again: ComfyUI knows the same prompt."""
    nodes_2.faults.clear()
    nodes_2.load(read(WORKFLOWS / f"{name}.json"))
    assert without_titles(nodes_2.prompt()) == without_titles(read(WORKFLOWS / "api" / f"{name}.json"))
    nodes_2.fit()
    nodes_2.page.screenshot(path=str(pictures / "nodes-2.0" / f"{name}.jpg"), type="jpeg", quality=85)
    check_labels(nodes_2, korean)
    check_drawn_labels(nodes_2, korean)
    run_here(nodes_2, quick.get(name, {}))
    assert nodes_2.faults == []


def test_a_link_opens_a_template(editor):
    """As the template browser does it, and the links of the docs."""
    editor.open("?template=cover_flat&source=dancheong")
    shipped = read(WORKFLOWS / "api" / "cover_flat.json")
    # The editor may first show the graph that it had open before.
    editor.page.wait_for_function(
        "types => types.every(type => app.graph._nodes.some(node => node.type === type))",
        arg=sorted({node["class_type"] for node in shipped.values()}),
        timeout=30_000,
    )
    assert without_titles(editor.prompt()) == without_titles(shipped)


def test_every_template_has_an_api_form_and_the_template_browser_lists_it(editor):
    names = sorted(path.stem for path in WORKFLOWS.glob("*.json"))
    assert names and names == sorted(path.stem for path in (WORKFLOWS / "api").glob("*.json"))
    listed = editor.page.evaluate("async () => await (await fetch('/workflow_templates')).json()")
    assert sorted(listed["dancheong"]) == names
    for name in names:
        answer = editor.page.evaluate(
            "async url => (await fetch(url)).status", f"/api/workflow_templates/dancheong/{name}.jpg"
        )
        assert answer == 200


def run_here(editor, changes):
    """Press Run, with small pictures and few steps; no node may end in red."""
    editor.set_widgets(changes)
    event = editor.press_run()
    assert event["kind"] == "execution_success", event
    assert editor.page.evaluate("app.graph._nodes.filter(n => n.has_errors).map(n => n.type)") == []
