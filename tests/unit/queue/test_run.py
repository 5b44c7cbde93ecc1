"""What one workflow's run shows of itself while it goes on."""

import asyncio
import io
import sys

import pytest
from dancheong.runner.queue import run
from dancheong.runner.queue.client import Client, Unreachable

PROMPT = {"1": {"class_type": "Load", "inputs": {}}, "2": {"class_type": "Sample", "inputs": {}}}
EVENTS = [
    ("execution_start", {}),
    ("executing", {"node": "1"}),
    ("executing", {"node": "2"}),
    ("progress", {"value": 1, "max": 4}),
    ("progress", {"value": 3, "max": 4}),
    ("progress", {"value": 1, "max": 2}),
    ("executing", {"node": None}),
]


def shown(monkeypatch, terminal):
    file = io.StringIO()
    file.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", file)
    display = run._Display(PROMPT)
    for kind, data in EVENTS:
        display(kind, data)
    display.close()
    return file.getvalue()


def test_a_log_gets_a_line_a_node(monkeypatch):
    assert shown(monkeypatch, terminal=False) == "Load ...\nSample ...\n"


def test_a_terminal_gets_a_bar_for_each_count_of_steps(monkeypatch):
    text = shown(monkeypatch, terminal=True)
    assert "3/4" in text and "1/2" in text and text.index("Sample ...") < text.index("0/4")


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:9", "http://x:99999", "ftp://x", f"http://{'a' * 70}.b"])
def test_addresses_that_lead_nowhere_are_said(url):
    async def connect():
        async with Client(url):
            pass

    with pytest.raises(Unreachable, match="No ComfyUI answers at"):
        asyncio.run(connect())


def test_results_are_numbered_on_and_nothing_of_an_earlier_run_is_lost(tmp_path):
    """Only what ComfyUI counts is a number: another node's fixed name stays its name."""
    kept = [run._kept(tmp_path / "out" / "a_00001_.png", data).name for data in (b"one", b"two", b"three")]
    assert kept == ["a_00001_.png", "a_00002_.png", "a_00003_.png"]
    assert [(tmp_path / "out" / name).read_bytes() for name in kept] == [b"one", b"two", b"three"]
    for data in (b"old", b"new"):
        assert run._kept(tmp_path / "out" / "report_2024.pdf", data).name == "report_2024.pdf"
    assert len(list((tmp_path / "out").iterdir())) == 4
