"""The real editor in headless Chromium, in Korean, against a real server."""

import json
import os
import shutil
import urllib.request
from pathlib import Path

import pytest
from dancheong.runner.server import Server

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SETTINGS = {
    "Comfy.TutorialCompleted": True,
    "Comfy.Minimap.Visible": False,
    "LiteGraph.Canvas.MinFontSizeForLOD": 0,  # letters stay letters however small the graph is shown
}
KOREAN_CANVAS = {"Comfy.Locale": "ko", "Comfy.VueNodes.Enabled": False}
READY = "!!(window.app && app.graph && window.LiteGraph && LiteGraph.registered_node_types['DancheongSavePrint'])"


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

    def open(self, query: str = "") -> "Editor":
        self.page.goto(f"{self.url}/{query}", wait_until="domcontentloaded")
        self.page.wait_for_function(READY, timeout=180_000)
        if not query:  # the editor now opens what it had open before, over whatever is loaded meanwhile
            self.page.wait_for_function("!!app.extensionManager.workflow.activeWorkflow", timeout=30_000)
            self.page.wait_for_timeout(3000)
        return self

    def load(self, workflow: dict) -> None:
        self.page.evaluate("workflow => app.loadGraphData(workflow)", workflow)
        self.page.wait_for_timeout(800)
        shown = self.page.evaluate("app.graph._nodes.map(node => String(node.id))")
        assert sorted(shown) == sorted(str(node["id"]) for node in workflow["nodes"])

    def load_api(self, prompt: dict) -> None:
        self.page.evaluate("prompt => app.loadApiJson(prompt, 'workflow')", prompt)
        self.page.wait_for_timeout(800)

    def prompt(self) -> dict:
        """The graph in API form, as the editor would queue it."""
        return self.page.evaluate("async () => (await app.graphToPrompt()).output")

    def serialized(self) -> dict:
        return json.loads(self.page.evaluate("() => JSON.stringify(app.graph.serialize())"))

    def press_run(self, timeout: float = 180) -> dict:
        """Click the Run button; the event that ended what it queued."""
        self.page.evaluate(
            """() => { window.ended = new Promise(resolve => {
                for (const kind of ['execution_success', 'execution_error', 'execution_interrupted'])
                    app.api.addEventListener(kind, event => resolve({kind, ...event.detail}), {once: true})
            }) }"""
        )
        self.page.get_by_test_id("queue-button").click()
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
        self.page.wait_for_timeout(1500)
        return box


@pytest.fixture(scope="module")
def host(base, cover, tmp_path_factory):
    shutil.copy(cover, base / "input" / "cover.png")
    with Server(base, base / "models", log=tmp_path_factory.mktemp("log") / "server.log") as server:
        yield server.url


@pytest.fixture(scope="module")
def editor(host):
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI must test the editor, but there is no Chromium: .ci/run installs it.")
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        editor = Editor(browser.new_page(viewport={"width": 1760, "height": 990}), host)
        for key, value in {**SETTINGS, **KOREAN_CANVAS}.items():
            editor.setting(key, value)
        yield editor
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """Where screenshots go; `make pictures` names a folder to look at them and to take them into the README."""
    folder = os.environ.get("DANCHEONG_PICTURES")
    path = Path(folder) if folder else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path
