"""The real editor in headless Chromium, in Korean, against a real server."""

import os
import shutil
from pathlib import Path

import pytest
from dancheong.testing.editor import Editor

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SETTINGS = {
    "Comfy.TutorialCompleted": True,
    "Comfy.Minimap.Visible": False,
    "Comfy.Graph.CanvasInfo": False,  # frames a second, in a corner of every picture
    "LiteGraph.Canvas.MinFontSizeForLOD": 0,  # letters stay letters however small the graph is shown
}
KOREAN_CANVAS = {"Comfy.Locale": "ko", "Comfy.VueNodes.Enabled": False}


@pytest.fixture(scope="module")
def editor(server):
    """Closed with its module: as long as it is open, nothing else in this process can run an event loop."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI must test the editor, but there is no Chromium: .ci/run installs it.")
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        editor = Editor(browser.new_page(viewport={"width": 1760, "height": 990}), server.url)
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
