"""Blueprints: found by the editor's search, put into a graph, run."""

import json
import urllib.request

import pytest
from dancheong.runner.queue.editor_form import to_api
from dancheong.testing import areas
from dancheong.testing.editor import read, without_titles

BLUEPRINTS = {
    "Clean a News Photo": {"DancheongLoadWatermark", "DancheongCleanWatermark"},
    "Erase Pseudo-text": {"DancheongOCRTextMask", "DancheongEraseMasked"},
    "Finish for Print": {
        "DancheongTrimSize", "DancheongUpscaleToSize", "DancheongTypesetTitle", "DancheongSavePrint"
    },
}  # fmt: skip


def add_by_search(editor, name):
    """Double-click, type, Enter; again where the editor was not done with its lists yet."""
    from playwright.sync_api import TimeoutError

    added = "app.graph._nodes.some(node => node.isSubgraphNode?.())"
    for _ in range(5):
        editor.page.mouse.dblclick(700, 500)
        editor.page.wait_for_timeout(500)
        editor.page.keyboard.type(name)
        editor.page.wait_for_timeout(2000)
        editor.page.keyboard.press("Enter")
        try:
            editor.page.wait_for_function(added, timeout=1500)
            return
        except TimeoutError:
            editor.page.keyboard.press("Escape")
    editor.page.wait_for_function(added, timeout=1000)


@pytest.fixture(scope="module")
def opened(editor):
    return editor.open()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.area(*areas.of_nodes(nodes))) for name, nodes in BLUEPRINTS.items()]
)
def test_blueprints_are_found_by_search_and_run(opened, supplies, root, pictures, name):
    supplies.put("small.png")
    supplies.put_named(read(root / "subgraphs" / f"{name}.json"))
    opened.faults.clear()
    opened.page.evaluate("() => app.graph.clear()")
    add_by_search(opened, name)
    opened.page.mouse.click(900, 600)
    opened.page.evaluate(
        """() => {
            const blueprint = app.graph._nodes.find(node => node.isSubgraphNode?.())
            const load = LiteGraph.createNode('LoadImage'), show = LiteGraph.createNode('PreviewImage')
            app.graph.add(load)
            app.graph.add(show)
            load.pos = [blueprint.pos[0] - 400, blueprint.pos[1]]
            show.pos = [blueprint.pos[0] + 500, blueprint.pos[1]]
            load.widgets[0].value = 'small.png'
            load.connect(0, blueprint, blueprint.inputs.findIndex(input => input.name === 'image'))
            blueprint.connect(0, show, 0)
        }"""
    )
    prompt = opened.prompt()
    assert {entry["class_type"] for entry in prompt.values()} == BLUEPRINTS[name] | {"LoadImage", "PreviewImage"}
    with urllib.request.urlopen(f"{opened.url}/object_info") as answer:
        declared = json.load(answer)
    assert without_titles(to_api(opened.serialized(), declared)) == without_titles(prompt)
    assert opened.press_run()["kind"] == "execution_success"
    opened.fit()
    opened.page.screenshot(path=str(pictures / f"{name}.jpg"), type="jpeg", quality=85)
    assert opened.faults == []
