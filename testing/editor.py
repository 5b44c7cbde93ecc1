"""ComfyUI's editor in a headless browser, as a user has it before him, and what its nodes must show."""

import json
import urllib.request
from pathlib import Path

READY = "!!(window.app && app.graph && window.LiteGraph && LiteGraph.registered_node_types['DancheongSavePrint'])"
STILL = """*, *::before, *::after { animation-duration: 1ms !important; animation-iteration-count: 1 !important;
           transition-duration: 1ms !important }"""
"""What moves is drawn anew all the time, and nobody watches; what waits for the end of a movement goes on at once."""


class Editor:
    """One page with the editor, ready to work."""

    def __init__(self, page, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.context.route(
            "**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort()
        )

    def setting(self, key: str, value) -> None:
        """Change a setting of the server's user; the next `open` sees it."""
        data = json.dumps(value).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/settings/{key}", data, method="POST")).close()

    def switch(self, key: str, value) -> None:
        """The same while the editor is open, as in its menu."""
        self.page.evaluate("([key, value]) => app.extensionManager.setting.set(key, value)", [key, value])

    def open(self, query: str = "") -> "Editor":
        self.page.goto(f"{self.url}/{query}", wait_until="domcontentloaded")
        self.page.wait_for_function(READY, timeout=180_000)
        self.page.add_style_tag(content=STILL)
        if not query:  # the editor now opens what it had open before, over whatever is loaded meanwhile
            self.page.wait_for_function("!!app.extensionManager.workflow.activeWorkflow", timeout=30_000)
            self.page.wait_for_timeout(3000)
        return self

    def load(self, workflow: dict) -> None:
        self.page.evaluate("workflow => app.loadGraphData(workflow)", workflow)
        self.drawn()
        shown = self.page.evaluate("app.graph._nodes.map(node => String(node.id))")
        assert sorted(shown) == sorted(str(node["id"]) for node in workflow["nodes"])

    def load_api(self, prompt: dict) -> None:
        self.page.evaluate("prompt => app.loadApiJson(prompt, 'workflow')", prompt)
        self.drawn()

    def drawn(self) -> None:
        """Wait until what was changed is seen: the canvas, the pictures that nodes show, the parts of Nodes 2.0."""
        self.page.wait_for_function(
            """() => {
                const canvas = app.canvas, nodes = app.graph._nodes
                if (LiteGraph.vueNodesMode) {
                    const parts = nodes.map(node => document.querySelector(`[data-node-id="${node.id}"]`))
                    if (!parts.every(part => part?.innerText)) return false
                    if ([...document.images].some(image => !image.complete)) return false
                } else {
                    const has = node => (app.nodeOutputs[node.id]?.images ?? []).length > 0
                    if (canvas.visible_nodes.some(node => has(node) && !node.imgs?.length)) return false
                }
                // Three frames in which nothing asks to be drawn: the first may only have asked for the next.
                window.still = canvas.dirty_canvas || canvas.dirty_bgcanvas ? 0 : (window.still ?? 0) + 1
                return window.still > 2 && !(window.still = 0)
            }""",
            timeout=30_000,
        )

    def prompt(self) -> dict:
        """The graph in API form, as the editor would queue it."""
        return self.page.evaluate("async () => (await app.graphToPrompt()).output")

    def serialized(self) -> dict:
        return json.loads(self.page.evaluate("() => JSON.stringify(app.graph.serialize())"))

    def press_run(self, timeout: float = 180, button: str = "queue-button") -> dict:
        """Click the Run button, by its test id; the event that ended what it queued."""
        self.page.evaluate(
            """() => { window.ended = new Promise(resolve => {
                for (const kind of ['execution_success', 'execution_error', 'execution_interrupted'])
                    app.api.addEventListener(kind, event => resolve({kind, ...event.detail}), {once: true})
            }) }"""
        )
        self.page.get_by_test_id(button).click()
        return self.page.evaluate(
            """timeout => Promise.race([window.ended, new Promise((_, reject) =>
                setTimeout(() => reject(new Error('nothing ended within the time')), timeout * 1000))])""",
            timeout,
        )

    def set_widgets(self, changes: dict[str, dict]) -> None:
        """Node id -> widget -> value."""
        self.page.evaluate(
            """changes => { for (const [id, values] of Object.entries(changes))
                for (const [name, value] of Object.entries(values))
                app.graph.getNodeById(Number(id)).widgets.find(widget => widget.name === name).value = value }""",
            changes,
        )

    def fit(self) -> dict:
        """Bring the whole graph into view, clear of the side bar and the tabs; where it lies on the page."""
        box = self.page.evaluate(
            """() => {
                const canvas = app.canvas, boxes = app.graph._nodes.map(node => node.getBounding())
                const left = Math.min(...boxes.map(box => box[0])), top = Math.min(...boxes.map(box => box[1]))
                const right = Math.max(...boxes.map(box => box[0] + box[2]))
                const bottom = Math.max(...boxes.map(box => box[1] + box[3]))
                const rect = canvas.canvas.getBoundingClientRect(), bar = 80, tabs = 100, margin = 20
                const across = (rect.width - bar - margin) / (right - left)
                const scale = Math.min(across, (rect.height - tabs - margin) / (bottom - top))
                canvas.ds.scale = scale
                canvas.ds.offset = [bar / scale - left, tabs / scale - top]
                canvas.setDirty(true, true)
                return {x: rect.x + bar - 15, y: rect.y + tabs - 15,
                        width: (right - left) * scale + 30, height: (bottom - top) * scale + 25}
            }"""
        )
        self.drawn()
        return box


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def without_titles(prompt: dict) -> dict:
    return {key: {"class_type": node["class_type"], "inputs": node["inputs"]} for key, node in prompt.items()}


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
