"""Servers of a sheet that are lost, broken, full or lack something, and what then becomes of its rows."""

import asyncio
import time
from dataclasses import replace

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner.queue import fleet
from dancheong.runner.queue.client import Unable, Unreachable
from dancheong.runner.queue.fleet import Named
from dancheong.runner.queue.sheet import Row
from dancheong.runner.queue.sheet_run import SheetRun
from dancheong.testing.played_servers import DECLARED, DOCUMENT, Servers, quick


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


def test_wrong_addresses_are_said_at_once(monkeypatch, tmp_path):
    with pytest.raises(Unreachable, match="No ComfyUI answers at x"):
        Servers(monkeypatch, a=quick).run(tmp_path, 1, ["x", "y"])


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
