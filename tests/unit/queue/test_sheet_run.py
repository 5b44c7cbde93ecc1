"""Who takes which row, and for how long one waits, on servers that are only played."""

import asyncio
import signal
import time
from collections import Counter
from dataclasses import replace

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import fleet
from dancheong.runner.queue.client import Unable, Unreachable
from dancheong.runner.queue.execution import Interrupted
from dancheong.runner.queue.fleet import Named
from dancheong.runner.queue.job import Job
from dancheong.runner.queue.lacking import missing_file
from dancheong.runner.queue.sheet import Row
from dancheong.runner.queue.sheet_run import SheetRun

DOCUMENT = {"3": {"class_type": "Title", "inputs": {"text": ""}}}
DECLARED = {"Title": {"input": {"required": {"text": ["STRING", {}]}}}}


class Servers:
    """Per url how a row goes there: an async function of the row's text; a url without one is down."""

    def __init__(self, monkeypatch, **ways):
        self.ways, self.begun, self.cancelled, self.declared = ways, Counter(), [], {}
        world = self

        class Client:
            def __init__(self, url):
                self.url = url

            async def __aenter__(self):
                if self.url not in world.ways:
                    raise Unreachable(f"No ComfyUI answers at {self.url}.")
                return self

            async def __aexit__(self, *_):
                pass

            async def object_info(self):
                return world.declared.get(self.url, DECLARED)

            async def cancel(self, prompt_id):
                world.cancelled.append(prompt_id)
                raise Unreachable("gone")

        async def submit(client, prompt, declared, search):
            return Job(prompt["3"]["inputs"]["text"], prompt, "")

        async def follow(client, job, show):
            self.begun[job.id] += 1
            await world.ways[client.url](job.id)
            return {"3": {"text": [f"{job.id} by {client.url}"]}}

        monkeypatch.setattr(fleet, "Client", Client)
        monkeypatch.setattr(fleet, "submit", submit)
        monkeypatch.setattr(fleet, "follow", follow)
        monkeypatch.setattr(fleet, "PAUSE_SECONDS", 0.02)
        monkeypatch.setattr(fleet, "PATIENCE_SECONDS", 0.2)

    def run(self, folder, count, urls, queued=1):
        rows = [Row(f"r{number}", (("3.text", f"t{number}"),)) for number in range(count)]
        return asyncio.run(fleet.run_sheet(SheetRun(DOCUMENT, [], rows, [], folder), list(map(Named, urls)), queued))


async def quick(text):
    await asyncio.sleep(0.01)


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


def test_a_row_under_which_servers_die_is_given_up_and_the_rest_is_done(monkeypatch, tmp_path):
    async def dies_of_one(text):
        await quick(text)
        if text == "t2":
            raise Unreachable("gone")

    servers = Servers(monkeypatch, a=dies_of_one)
    outcome = servers.run(tmp_path, 4, ["a"])
    assert list(outcome.failed) == ["r2"] and "3 times a server was lost" in outcome.failed["r2"]
    assert len(outcome.files) == 3 and servers.begun == {"t0": 1, "t1": 1, "t2": 3, "t3": 1}


def test_a_server_whose_disk_is_full_does_no_more_rows_and_the_others_do_them(monkeypatch, tmp_path, capsys):
    done = []

    async def soon_full(text):
        await quick(text)
        done.append(text)
        if len(done) > 2:
            raise Unable("No space left on device")

    servers = Servers(monkeypatch, full=soon_full, good=quick)
    outcome = servers.run(tmp_path, 12, ["full", "good"], queued=2)
    assert len(outcome.files) == 12 and not outcome.failed
    assert len(done) <= 2 + 3  # those that were there when it was full, and one that came before the second was lost
    told = "full can do no more rows (No space left on device): see whether its disk is full. The others go on."
    assert capsys.readouterr().err.count(told) == 1


def test_a_row_that_no_server_can_do_costs_itself_alone(monkeypatch, tmp_path, capsys):
    """Two servers try it, each once, and both go on with the others; where there is one, it tries it once."""

    async def not_one(text):
        await quick(text)
        if text == "t1":
            raise Unable("500")

    servers = Servers(monkeypatch, a=not_one, b=not_one, c=not_one)
    outcome = servers.run(tmp_path / "three", 9, ["a", "b", "c"])
    assert outcome.failed == {"r1": "500"} and len(outcome.files) == 8 and servers.begun["t1"] == 2
    assert "can do no more rows" not in capsys.readouterr().err
    servers = Servers(monkeypatch, a=not_one)
    outcome = servers.run(tmp_path / "one", 3, ["a"])
    assert outcome.failed == {"r1": "500"} and len(outcome.files) == 2 and servers.begun["t1"] == 1


def test_rows_in_a_row_that_no_server_can_do_cost_no_server(monkeypatch, tmp_path, capsys):
    """What failed elsewhere before says nothing of the server where it fails again."""

    async def not_two(text):
        await quick(text)
        if text in ("t1", "t2"):
            raise Unable("500")

    outcome = Servers(monkeypatch, a=not_two, b=not_two).run(tmp_path, 9, ["a", "b"])
    assert outcome.failed == {"r1": "500", "r2": "500"} and len(outcome.files) == 7
    assert "can do no more rows" not in capsys.readouterr().err


@pytest.mark.parametrize("broken", [(1, 2), (1, 3)])
def test_a_server_does_no_more_rows_once_it_could_not_do_two_in_a_row(monkeypatch, tmp_path, capsys, broken):
    """Of two with one between that it does, each is another one's."""
    begun = []

    async def breaks(text):
        begun.append(text)
        await asyncio.sleep(0.01)
        if len(begun) - 1 in broken:
            raise Unable("500")

    async def slow(text):
        await asyncio.sleep(0.05)

    outcome = Servers(monkeypatch, a=breaks, b=slow).run(tmp_path, 20, ["a", "b"])
    assert len(outcome.files) == 20 and not outcome.failed
    is_left_out = broken == (1, 2)
    assert capsys.readouterr().err.count("a can do no more rows (500)") == is_left_out
    assert (len(begun) == 3) == is_left_out and len(begun) == len(set(begun))


def test_a_row_does_not_wait_for_a_server_that_is_not_there(monkeypatch, tmp_path):
    """To try what the only one that is could not do: it does the rest first, and then that once more."""
    order = []

    async def fails_once(text):
        order.append(text)
        if order == ["t0"]:
            raise Unable("500")

    outcome = Servers(monkeypatch, a=fails_once).run(tmp_path, 3, ["a", "down"])
    assert order == ["t0", "t1", "t2", "t0"] and len(outcome.files) == 3 and not outcome.failed


def test_without_any_server_the_rest_is_left_for_later(monkeypatch, tmp_path):
    servers = Servers(monkeypatch)

    async def last(text):
        await quick(text)
        if text == "t1":
            servers.ways.clear()
            raise Unreachable("gone")

    servers.ways["a"] = last
    start = time.monotonic()
    with pytest.raises(UserError, match="3 rows are left; the same command goes on"):
        servers.run(tmp_path, 4, ["a"])
    assert time.monotonic() - start < 5
    servers.ways["a"] = quick
    outcome = servers.run(tmp_path, 4, ["a"])
    assert outcome.kept == 1 and len(outcome.files) == 3


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


def test_wrong_addresses_are_said_at_once(monkeypatch, tmp_path):
    with pytest.raises(Unreachable, match="No ComfyUI answers at x"):
        Servers(monkeypatch, a=quick).run(tmp_path, 1, ["x", "y"])


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


def test_a_server_that_cannot_tell_its_nodes_does_not_end_the_sheet(monkeypatch, tmp_path):
    """Of two, the other does the rows."""
    servers = Servers(monkeypatch, broken=quick, good=quick)
    client = fleet.Client

    class Broken(client):
        async def object_info(self):
            if self.url == "broken":
                raise Unreachable("500")
            return DECLARED

    monkeypatch.setattr(fleet, "Client", Broken)
    assert len(servers.run(tmp_path, 3, ["broken", "good"]).files) == 3


def test_a_server_that_lacks_a_node_or_a_model_does_no_rows(monkeypatch, tmp_path, capsys):
    model = {"class_type": "Loader", "inputs": {"file": "a.safetensors", "sampler": "euler"}}
    document = {**DOCUMENT, "4": model}

    def loader(*files):
        return {**DECLARED, "Loader": {"input": {"required": {"file": [list(files), {}], "sampler": [["heun"], {}]}}}}

    servers = Servers(monkeypatch, bare=quick, other=quick, good=quick)
    servers.declared = {"bare": DECLARED, "other": loader("b.safetensors"), "good": loader("a.safetensors")}
    rows = [Row(f"r{number}", (("3.text", f"t{number}"),)) for number in range(6)]
    run = SheetRun(document, [], rows, [], tmp_path / "one")
    outcome = asyncio.run(fleet.run_sheet(run, [Named(name) for name in servers.ways], 2))
    assert {path.read_text().split()[-1] for path in outcome.files} == {"good"} and len(outcome.files) == 6
    said = capsys.readouterr().err
    assert said.count("bare can do no row. Node 4 (Loader) is a Loader, which it does not have") == 1
    assert said.count("other can do no row. Node 4 (Loader) needs file: 'a.safetensors', which it lacks") == 1

    with pytest.raises(UserError, match="other can do no row"):
        asyncio.run(fleet.run_sheet(replace(run, out=tmp_path / "two"), [Named("other")], 1))
    # Where rows name the model themselves, a row that names none that is there is the row's own matter.
    named = [Row("r", (("3.text", "t"), ("Loader.file", "b.safetensors")))]
    outcome = asyncio.run(fleet.run_sheet(SheetRun(document, [], named, [], tmp_path / "three"), [Named("other")], 1))
    assert len(outcome.files) == 1


def test_a_server_may_be_elsewhere_once_it_was_lost(monkeypatch, tmp_path):
    class Moving:
        name, addresses = "moving", iter(["a", "a", "b", "b"])

        async def url(self):
            return next(self.addresses)

    async def dies(text):
        del servers.ways["a"]
        raise Unreachable("gone")

    servers = Servers(monkeypatch, a=dies, b=quick)
    rows = [Row("r", (("3.text", "t"),))]
    outcome = asyncio.run(fleet.run_sheet(SheetRun(DOCUMENT, [], rows, [], tmp_path), [Moving()], 1))
    assert [path.read_text() for path in outcome.files] == ["t by b"]


def test_a_column_that_one_server_knows_is_no_mistake_of_the_sheet(monkeypatch, tmp_path, capsys):
    """Of a node that two servers have in two releases, the older one lacks an input that the rows set."""
    servers = Servers(monkeypatch, new=quick)
    servers.declared["old"] = {"Title": {"input": {"required": {}}}}
    document = {"3": {"class_type": "Title", "inputs": {}}}

    async def opens_another(text):
        servers.ways["old"] = quick
        await asyncio.sleep(0.1)

    servers.ways["new"] = opens_another
    rows = [Row(f"r{number}", (("3.text", f"t{number}"),)) for number in range(4)]
    run = SheetRun(document, [], rows, [], tmp_path)
    outcome = asyncio.run(fleet.run_sheet(run, [Named("new"), Named("old")], 1))
    assert len(outcome.files) == 4 and not outcome.failed
    assert "old can do no row. Node 3 has no input 'text'" in capsys.readouterr().err


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
