"""The pack in the real editor: every node drawn, saved graphs opened, help pages and categories served."""

import json
import os
import urllib.request

import pytest
from dancheong.runner.queue.editor_form import to_api
from dancheong.testing.editor import check_labels, read, without_titles


@pytest.fixture(scope="module")
def korean(root):
    return read(root / "locales" / "ko" / "nodeDefs.json")


@pytest.mark.parametrize(("language", "switch"), [("ko", ("\ucf2c", "\ub054")), ("en", ("on", "off"))])
def test_every_node_is_drawn_in_both_languages(editor, supplies, root, pictures, language, switch):
    """The picture of each node's help page, made from what the editor draws."""
    table = read(root / "locales" / language / "nodeDefs.json")
    supplies.put_named(read(root / "tests" / "golden" / "0.1.0.api.json"))  # what nodes choose from is seen
    supplies.put("checkpoint_StorySalon")
    editor.setting("Comfy.Locale", language)
    try:
        editor.open()
        editor.page.evaluate("window.drawn = 1000")
        for node in table:
            title = draw_alone(editor, node, pictures / "help" / node / f"{language}.jpg")
            assert title.isascii() or language == "ko"
            check_labels(editor, table, switch)
    finally:
        editor.setting("Comfy.Locale", "ko")


def draw_alone(editor, node, path):
    """The node with its default values, nothing around it; returns its title. A picture where `make pictures` asks."""
    title, box = editor.page.evaluate(
        """type => {
            const canvas = app.canvas, rect = canvas.canvas.getBoundingClientRect()
            app.graph.clear()
            const node = LiteGraph.createNode(type)
            node.pos = [0, 0]
            node.id = ++window.drawn  // the editor remembers values by id
            app.graph.add(node)
            node.setSize([Math.max(360, node.computeSize()[0]), node.computeSize()[1]])
            canvas.ds.scale = 1
            canvas.ds.offset = [320, 140]
            canvas.setDirty(true, true)
            const [width, height] = node.size, title = LiteGraph.NODE_TITLE_HEIGHT
            return [node.getTitle(), {x: rect.x + 310, y: rect.y + 105 - title, width: width + 20,
                                      height: height + title + 45}]
        }""",
        node,
    )
    editor.drawn()
    if "DANCHEONG_PICTURES" in os.environ:
        path.parent.mkdir(parents=True, exist_ok=True)
        editor.page.screenshot(path=str(path), type="jpeg", quality=80, clip=box)
    return title


@pytest.fixture(scope="module")
def opened(editor):
    """In Korean again, after every node was drawn in both languages."""
    return editor.open()


def test_a_workflow_of_the_first_release_still_opens(opened, root):
    """tests/golden holds what 0.1.0 saved, every node in it; it is never made anew."""
    opened.load(read(root / "tests" / "golden" / "0.1.0.json"))
    frozen = read(root / "tests" / "golden" / "0.1.0.api.json")
    shown = without_titles(opened.prompt())
    assert set(shown) == set(frozen)
    for key, node in frozen.items():
        assert shown[key]["class_type"] == node["class_type"]
        # Inputs that later releases appended come with their defaults.
        assert {name: shown[key]["inputs"].get(name) for name in node["inputs"]} == node["inputs"]


def test_whatever_the_editor_resolves_the_command_line_resolves_alike(opened, root):
    """Bypassed and muted nodes, reroutes and primitives, on a shipped workflow."""
    opened.load(read(root / "workflows" / "cover_finish.json"))
    opened.page.evaluate(
        """() => {
            const graph = app.graph, at = id => graph.getNodeById(id)
            at(6).mode = 4  // erase: its picture passes through
            at(12).mode = 2
            const reroute = LiteGraph.createNode('Reroute')
            graph.add(reroute)
            at(8).connect(0, reroute, 0)
            reroute.connect(0, at(9), at(9).inputs.findIndex(input => input.name === 'image'))
            const text = LiteGraph.createNode('PrimitiveNode')
            graph.add(text)
            text.connect(0, at(9), at(9).inputs.findIndex(input => input.name === 'title'))
            text.widgets[0].value = 'from a primitive'
        }"""
    )
    opened.page.wait_for_timeout(500)
    prompt = without_titles(opened.prompt())
    assert prompt["8"]["inputs"]["image"] == ["3", 0] and "6" not in prompt and "12" not in prompt
    assert prompt["9"]["inputs"]["title"] == "from a primitive" and prompt["9"]["inputs"]["image"] == ["8", 0]
    with urllib.request.urlopen(f"{opened.url}/object_info") as answer:
        declared = json.load(answer)
    assert without_titles(to_api(opened.serialized(), declared)) == prompt


@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_pages_and_their_pictures_are_served(editor, korean, language):
    for node in korean:
        for path in (f"{node}/{language}.md", f"{node}/{language}.jpg"):
            url = f"/extensions/dancheong/docs/{path}"
            assert editor.page.evaluate("async url => (await fetch(url)).status", url) == 200, url


def test_categories_are_korean(editor):
    merged = editor.page.evaluate("async () => (await (await fetch('/i18n')).json()).ko.nodeCategories")
    assert merged["dancheong"] == "\ub2e8\uccad"
