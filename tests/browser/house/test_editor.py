"""Each template in the real editor, in Korean: it opens whole, equals its API form, and Run succeeds."""

import json
import urllib.request

import pytest
from dancheong.runner.queue.editor_form import to_api


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
        editor.page.screenshot(clip=editor.fit(), **picture)
        check_labels(editor, korean)
        run_here(editor, quick.get(name, {}))
        if name not in quick:  # what random weights paint is nothing to show
            editor.page.screenshot(clip=editor.fit(), **picture)
        assert editor.faults == []


def test_templates_open_and_run_in_nodes_2(editor, root, korean, pictures, quick):
    """ComfyUI's newer renderer draws nodes as parts of the page instead of on a canvas."""
    editor.setting("Comfy.VueNodes.Enabled", True)
    try:
        editor.faults.clear()
        editor.open()
        for name in templates(root):
            editor.load(read(root / "workflows" / f"{name}.json"))
            shipped = read(root / "workflows" / "api" / f"{name}.json")
            assert without_titles(editor.prompt()) == without_titles(shipped)
            editor.fit()
            editor.page.screenshot(path=str(pictures / "nodes-2.0" / f"{name}.jpg"), type="jpeg", quality=85)
            check_labels(editor, korean)
            check_drawn_labels(editor, korean)
            run_here(editor, quick.get(name, {}))
        assert editor.faults == []
    finally:
        editor.setting("Comfy.VueNodes.Enabled", False)


def run_here(editor, changes):
    """Press Run, with small pictures and few steps; no node may end in red."""
    editor.set_widgets(changes)
    event = editor.press_run()
    assert event["kind"] == "execution_success", event
    assert editor.page.evaluate("app.graph._nodes.filter(n => n.has_errors).map(n => n.type)") == []


def check_labels(editor, table, switch=("\ucf2c", "\ub054")):
    """Titles, inputs, outputs, options, switches and hints of the pack's nodes are those of a language's table."""
    labels = editor.page.evaluate(
        """() => app.graph._nodes.filter(n => n.type.startsWith('Dancheong')).map(n => [n.type, n.getTitle(),
            n.inputs.map(i => [i.name, i.localized_name ?? i.label ?? i.name]),
            n.outputs.map(o => o.localized_name ?? o.label ?? o.name),
            (n.widgets ?? []).filter(w => w.type === 'combo').map(w => [w.name, w.value, w._displayValue]),
            (n.widgets ?? []).filter(w => w.type === 'toggle').map(w => [w.options.on, w.options.off]),
            (n.widgets ?? []).filter(w => w.element?.placeholder).map(w => [w.name, w.element.placeholder])])"""
    )
    assert labels
    for node, title, inputs, outputs, combos, toggles, fields in labels:
        expected = table[node]
        assert title == expected.get("display_name", title)
        assert dict(inputs) == {key: expected["inputs"][key]["name"] for key, _ in inputs}
        assert outputs == [entry["name"] for entry in expected["outputs"].values()]
        for name, value, shown in combos:
            if name in expected["inputs"]:  # not what the editor adds to a seed
                assert shown == expected["inputs"][name].get("options", {}).get(value, value), (node, name)
        assert all(hint == expected["inputs"][name]["name"] for name, hint in fields), node
        assert all(toggle == list(switch) for toggle in toggles), node


def check_drawn_labels(editor, korean):
    """In Nodes 2.0 what is drawn can be read: every label of a node is there, and no option in English."""
    drawn = editor.page.evaluate(
        """() => app.graph._nodes.filter(n => n.type.startsWith('Dancheong')).map(n => [n.type,
            document.querySelector(`[data-node-id="${n.id}"]`).innerText,
            (n.widgets ?? []).filter(w => !w.options.advanced).map(w => [w.name, w.value])])"""
    )
    for node, text, widgets in drawn:
        lines = [line.strip() for line in text.splitlines()]
        inputs = korean[node]["inputs"]
        assert korean[node]["display_name"] in lines
        for name, value in widgets:
            if name in inputs:
                assert inputs[name]["name"] in lines, (node, name)
                assert inputs[name].get("options", {}).get(value, "") in [*lines, ""], (node, name)


@pytest.mark.parametrize(("language", "switch"), [("ko", ("\ucf2c", "\ub054")), ("en", ("on", "off"))])
def test_every_node_is_drawn_in_both_languages(editor, root, pictures, language, switch):
    """The picture of each node's help page, made from what the editor draws."""
    table = read(root / "locales" / language / "nodeDefs.json")
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
    """The node with its default values, nothing around it, as a picture; returns its title."""
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
    editor.page.wait_for_timeout(500)
    path.parent.mkdir(parents=True, exist_ok=True)
    editor.page.screenshot(path=str(path), type="jpeg", quality=80, clip=box)
    return title


def test_a_workflow_of_the_first_release_still_opens(editor, root):
    """tests/golden holds what 0.1.0 saved, every node in it; it is never made anew."""
    editor.open()
    editor.load(read(root / "tests" / "golden" / "0.1.0.json"))
    frozen = read(root / "tests" / "golden" / "0.1.0.api.json")
    opened = without_titles(editor.prompt())
    assert set(opened) == set(frozen)
    for key, node in frozen.items():
        assert opened[key]["class_type"] == node["class_type"]
        # Inputs that later releases appended come with their defaults.
        assert {name: opened[key]["inputs"].get(name) for name in node["inputs"]} == node["inputs"]


BLUEPRINTS = {
    "Clean a News Photo": {"DancheongLoadWatermark", "DancheongCleanWatermark"},
    "Erase Pseudo-text": {"DancheongOCRTextMask", "DancheongEraseMasked"},
    "Finish for Print": {
        "DancheongTrimSize", "DancheongUpscaleToSize", "DancheongTypesetTitle", "DancheongSavePrint"
    },
}  # fmt: skip


def add_by_search(editor, name):
    """Double-click, type, Enter; again where the editor was not done with its lists yet."""
    added = "app.graph._nodes.some(node => node.isSubgraphNode?.())"
    for _ in range(5):
        editor.page.mouse.dblclick(700, 500)
        editor.page.wait_for_timeout(500)
        editor.page.keyboard.type(name)
        editor.page.wait_for_timeout(2000)
        editor.page.keyboard.press("Enter")
        editor.page.wait_for_timeout(1500)
        if editor.page.evaluate(added):
            return
        editor.page.keyboard.press("Escape")
    editor.page.wait_for_function(added, timeout=1000)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_blueprints_are_found_by_search_and_run(editor, pictures, name):
    editor.faults.clear()
    editor.open()
    editor.page.evaluate("() => app.graph.clear()")
    add_by_search(editor, name)
    editor.page.mouse.click(900, 600)
    editor.page.evaluate(
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
    prompt = editor.prompt()
    assert {entry["class_type"] for entry in prompt.values()} == BLUEPRINTS[name] | {"LoadImage", "PreviewImage"}
    with urllib.request.urlopen(f"{editor.url}/object_info") as answer:
        declared = json.load(answer)
    assert without_titles(to_api(editor.serialized(), declared)) == without_titles(prompt)
    assert editor.press_run()["kind"] == "execution_success"
    editor.fit()
    editor.page.screenshot(path=str(pictures / f"{name}.jpg"), type="jpeg", quality=85)
    assert editor.faults == []


def test_whatever_the_editor_resolves_the_command_line_resolves_alike(editor, root):
    """Bypassed and muted nodes, reroutes and primitives, on a shipped workflow."""
    editor.open()
    editor.load(read(root / "workflows" / "cover_finish.json"))
    editor.page.evaluate(
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
    editor.page.wait_for_timeout(500)
    prompt = without_titles(editor.prompt())
    assert prompt["8"]["inputs"]["image"] == ["3", 0] and "6" not in prompt and "12" not in prompt
    assert prompt["9"]["inputs"]["title"] == "from a primitive" and prompt["9"]["inputs"]["image"] == ["8", 0]
    with urllib.request.urlopen(f"{editor.url}/object_info") as answer:
        declared = json.load(answer)
    assert without_titles(to_api(editor.serialized(), declared)) == prompt


def test_the_template_browser_lists_them(editor, root):
    listed = editor.page.evaluate("async () => await (await fetch('/workflow_templates')).json()")
    assert sorted(listed["dancheong"]) == templates(root)
    for name in templates(root):
        answer = editor.page.evaluate(
            "async url => (await fetch(url)).status", f"/api/workflow_templates/dancheong/{name}.jpg"
        )
        assert answer == 200


@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_pages_and_their_pictures_are_served(editor, korean, language):
    for node in korean:
        for path in (f"{node}/{language}.md", f"{node}/{language}.jpg"):
            url = f"/extensions/dancheong/docs/{path}"
            assert editor.page.evaluate("async url => (await fetch(url)).status", url) == 200, url


def test_categories_are_korean(editor):
    merged = editor.page.evaluate("async () => (await (await fetch('/i18n')).json()).ko.nodeCategories")
    assert merged["dancheong"] == "\ub2e8\uccad"
