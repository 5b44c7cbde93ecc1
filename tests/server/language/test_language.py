"""Whoever queues a prompt reads its errors, refusals and reports in their own language, on a real ComfyUI."""

import itertools
import json
import time
import urllib.error
import urllib.request

import pytest
from dancheong.nodes.ground.catalogue import ASKED

BRIEF = {"title": "", "summary": "", "requirements": "", "genre": "none", "title_space": "top", "language": "auto"}
TRIM = {"preset": "custom", "width_mm": 128.0, "height_mm": 188.0, "bleed_mm": 3.0, "dpi": 300}
CASES = {
    "report": ("DancheongTrimSize", TRIM | {"generate_megapixels": 0.4}, 3),
    "error": ("DancheongCoverPrompt", BRIEF, 0),
    "refusal": ("DancheongLoadInpaintModel", {"model_name": "none.pt"}, 0),
}
STARTS = {"report": "Trim 128 x 188 mm", "error": "Expected a brief, got nothing", "refusal": "There is no inpaint"}
KOREAN_STARTS = {
    "report": "\ud310\ud615 128 x 188 mm",
    "error": "\uc758\ub8b0 \ub0b4\uc6a9\uc774",
    "refusal": "model_name - \uc778\ud398\uc778\ud2b8 \ubaa8\ub378 'none.pt'\uc774(\uac00) \uc5c6\uc2b5\ub2c8\ub2e4.",
}
KOREAN, FRENCH = "ko-KR,ko;q=0.9,en;q=0.8", "fr-FR,fr;q=0.9,en;q=0.8"
FRESH = itertools.count(0.3, 0.05)


def ask(url, path, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"} | (headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        text = error.read()
    return json.loads(text or "null")


def said(url, case, headers=None, **extra):
    """What the user is told in the end; what ComfyUI has kept of an earlier prompt is not asked for."""
    kind, inputs, output = CASES[case]
    if case == "report":
        inputs = inputs | {"generate_megapixels": next(FRESH)}
    prompt = {
        "1": {"class_type": kind, "inputs": inputs},
        "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", output]}},
    }
    answer = ask(url, "/prompt", {"prompt": prompt, "extra_data": extra}, headers)
    if "error" in answer:
        return answer["node_errors"]["1"]["errors"][0]["details"]
    while not (ended := ask(url, f"/history/{answer['prompt_id']}")):
        time.sleep(0.05)
    (ended,) = ended.values()
    failed = [data["exception_message"] for name, data in ended["status"]["messages"] if name == "execution_error"]
    return failed[0].strip() if failed else ended["outputs"]["2"]["text"][0]


@pytest.fixture
def setting(server):
    """The editor's language, as its settings page writes it."""
    yield lambda value: ask(server.url, "/settings", {"Comfy.Locale": value})
    ask(server.url, "/settings", {"Comfy.Locale": "en"})


def test_errors_refusals_and_reports_are_in_the_language_of_whoever_queued_them(server, setting):
    setting(None)
    for case, start in STARTS.items():
        assert start in said(server.url, case) and start in said(server.url, case, {"Accept-Language": FRENCH}), case
        assert start in said(server.url, case, {"Accept-Language": KOREAN}, **{ASKED: "en"}), case
        for told in (said(server.url, case, {"Accept-Language": KOREAN}), said(server.url, case, **{ASKED: "ko"})):
            assert told.startswith(KOREAN_STARTS[case]), told


def test_the_editors_setting_is_heard_before_what_the_browser_asks_for(server, setting):
    setting("ko")
    assert said(server.url, "error", {"Accept-Language": "en-US,en"}).startswith(KOREAN_STARTS["error"])
    setting("fr")
    assert STARTS["error"] in said(server.url, "error", {"Accept-Language": KOREAN}), "labels are English then, too"
