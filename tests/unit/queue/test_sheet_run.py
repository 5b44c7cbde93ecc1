"""The rows of a sheet, on servers that are only played: each is done once, waited for, and costs itself alone."""

import asyncio
import signal
import time
from collections import Counter

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import fleet
from dancheong.runner.queue.execution import Interrupted
from dancheong.runner.queue.fleet import Named
from dancheong.runner.queue.lacking import missing_file
from dancheong.runner.queue.sheet import Row
from dancheong.runner.queue.sheet_run import SheetRun
from dancheong.testing.played_servers import DOCUMENT, Servers, quick


def test_a_slow_row_is_waited_for_although_another_server_is_down(monkeypatch, tmp_path):
    async def slow(text):
        await asyncio.sleep(0.6)

    outcome = Servers(monkeypatch, good=slow).run(tmp_path, 1, ["good", "down"])
    assert [path.read_text() for path in outcome.files] == ["t0 by good"] and not outcome.failed


def test_rows_are_bounded_per_server(monkeypatch, tmp_path):
    running, most = Counter(), Counter()

    def way(name):
        async def work(text):
            running[name] += 1
            most[name] = max(most[name], running[name])
            await asyncio.sleep(0.02)
            running[name] -= 1

        return work

    servers = Servers(monkeypatch, a=way("a"), b=way("b"))
    assert len(servers.run(tmp_path, 20, ["a", "b"], queued=3).files) == 20
    assert most == {"a": 3, "b": 3} and set(servers.begun.values()) == {1}


def test_only_what_is_missing_failed_or_changed_is_done_again(monkeypatch, tmp_path):
    async def fails_once(text):
        if text == "t1" and servers.begun["t1"] == 1:
            raise UserError("no")

    servers = Servers(monkeypatch, a=fails_once)
    assert list(servers.run(tmp_path, 4, ["a"]).failed) == ["r1"]
    (tmp_path / "r2.txt").unlink()
    rows = [Row(f"r{number}", (("3.text", "new" if number == 3 else f"t{number}"),)) for number in range(4)]
    outcome = asyncio.run(fleet.run_sheet(SheetRun(DOCUMENT, [], rows, [], tmp_path), [Named("a")], 1))
    assert outcome.kept == 1 and sorted(path.name for path in outcome.files) == ["r1.txt", "r2.txt", "r3.txt"]
    assert servers.begun == {"t0": 1, "t1": 2, "t2": 2, "t3": 1, "new": 1}


def test_an_interrupt_ends_although_the_server_no_longer_answers(monkeypatch, tmp_path):
    async def stuck(text):
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(60)

    servers = Servers(monkeypatch, a=stuck)
    start = time.monotonic()
    with pytest.raises(Interrupted):
        servers.run(tmp_path, 2, ["a"])
    assert time.monotonic() - start < 5 and servers.cancelled == ["t0"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("name"), UserError("no")])
def test_whatever_one_row_meets_costs_that_row_alone(monkeypatch, tmp_path, error):
    async def fails_once(text):
        if text == "t1":
            raise error

    outcome = Servers(monkeypatch, a=fails_once).run(tmp_path, 4, ["a"])
    assert list(outcome.failed) == ["r1"] and len(outcome.files) == 3


def test_a_name_that_no_file_can_have_costs_its_row_and_no_work(monkeypatch, tmp_path):
    """File systems bound bytes: 83 letters of Hangul fit with their ending, whatever a file is called meanwhile."""
    servers = Servers(monkeypatch, a=quick)
    rows = [Row("\uac00" * letters, (("3.text", f"t{letters}"),)) for letters in (83, 90)]
    outcome = asyncio.run(fleet.run_sheet(SheetRun(DOCUMENT, [], rows, [], tmp_path), [Named("a")], 1))
    assert [path.name for path in outcome.files] == ["\uac00" * 83 + ".txt"]
    assert "it has 270 bytes" in outcome.failed["\uac00" * 90] and servers.begun == {"t83": 1}


def test_a_picture_that_vanishes_while_it_is_looked_at_ends_nothing(monkeypatch, tmp_path):
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"picture")
    row, stat = Row("r", (("3.text", "picture.png"),)), type(picture).stat

    def vanishing(path, **options):
        told = stat(path, **options)
        if path == picture:
            picture.unlink()
        return told

    monkeypatch.setattr(type(picture), "stat", vanishing)
    outcome = Servers(monkeypatch, a=quick)
    done = asyncio.run(fleet.run_sheet(SheetRun(DOCUMENT, [], [row], [tmp_path], tmp_path / "out"), [Named("a")], 1))
    assert outcome.begun == {"picture.png": 1} and len(done.files) == 1


def test_a_list_that_the_editor_asks_for_elsewhere_is_not_judged():
    prompt = {"1": {"class_type": "Loader", "inputs": {"file": "a.safetensors", "way": "by.name"}}}
    choice = {"options": [{"key": "by.name", "inputs": {}}]}
    for spec, missing in (
        (["COMBO", {"options": ["b.safetensors"]}], "needs file: 'a.safetensors'"),
        ([[], {}], "needs file: 'a.safetensors'"),
        (["COMBO", {"options": [], "remote": {"route": "/x"}}], None),
        (["COMBO", {"options": [], "image_upload": True}], None),
        (["STRING", {}], None),
    ):
        declared = {"Loader": {"input": {"required": {"file": spec, "way": ["COMFY_DYNAMICCOMBO_V3", choice]}}}}
        told = missing_file(prompt, declared, ())
        assert (missing in told) if missing else told is None
        assert missing_file(prompt, declared, {("1", "file")}) is None
