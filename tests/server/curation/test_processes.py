"""Curation by several processes: the same files, whatever is killed, and nothing that outlives the work."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from dancheong.nodes.curation import Curation, Standards, Walk, on_cores
from dancheong.nodes.ground import UserError
from dancheong.nodes.ground.processes import AHEAD, Processes
from dancheong.testing.scenes import news

PATIENCE = 120.0
"""s for what ends with something else, on a machine that does other things too."""


def files(folder):
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_the_same_files_as_by_one_though_processes_are_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(on_cores, "WORTH", 10)
    folder = tmp_path / "shards"
    folder.mkdir()
    articles = list(news.articles(120, 4, (96, 72)))
    news.zipped(folder / "0.zip", iter(articles[:50]))
    (folder / "1.zip").write_bytes(b"no zip file")
    news.zipped(folder / "2.zip", iter(articles[50:]))
    loose = Standards(min_side=0, min_content=0)
    killed = []

    def tell(done):
        if done in (1, 40):
            child = next(one for one in multiprocessing.active_children() if one.pid not in killed)
            child.kill()
            killed.append(child.pid)

    counts = Walk(Curation(folder, tmp_path / "two", loose, workers=2)).finish(tell)
    assert len(killed) == 2 and not multiprocessing.active_children()
    straight = Walk(Curation(folder, tmp_path / "one", loose, workers=1))
    assert straight.finish(lambda done: None) == counts
    assert files(tmp_path / "two") == files(tmp_path / "one")
    rejected = [line for line in (tmp_path / "one" / "rejected.csv").read_text().splitlines() if "1.zip" in line]
    assert len(rejected) == 1 and "no zip file" in rejected[0]


def test_what_a_process_is_not_asked_for_and_what_it_raises():
    taken = []

    def pieces():
        for number in range(6):
            taken.append(number)
            yield str(number)
        yield "six"

    with Processes(1) as processes:
        found = processes.map(int, pieces())
        for number in range(6):
            assert next(found) == (str(number), number)
            assert len(taken) <= number + AHEAD  # whatever there is, no more is held
        with pytest.raises(ValueError, match="'six'") as raised:
            next(found)
        assert "Traceback" in str(raised.value.__cause__)


def test_ctrl_c_of_a_terminal_reaches_every_process_and_only_the_first_hears_it():
    told = []

    def pieces():
        yield "__import__('os').getpid()"
        while not (children := multiprocessing.active_children()):
            time.sleep(0.001)
        os.kill(children[0].pid, signal.SIGINT)  # while it begins
        told.append(children[0].pid)
        yield f"__import__('signal').raise_signal({int(signal.SIGINT)})"
        yield "__import__('os').getpid()"

    with Processes(1) as processes:
        (_, first), _, (_, last) = processes.map(eval, pieces())
    assert [first, last] == told * 2


def test_work_that_ends_every_process_is_one_sentence():
    with Processes(1) as processes, pytest.raises(UserError, match="3 processes were killed over the same piece"):
        list(processes.map(os._exit, [1]))


def test_an_interrupt_waits_for_nothing():
    def pieces():
        yield PATIENCE
        raise KeyboardInterrupt

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Processes(1) as processes:
        list(processes.map(time.sleep, pieces()))
    assert time.monotonic() - begin < PATIENCE
    assert not multiprocessing.active_children()


def test_what_was_started_ends_with_who_started_it(root):
    script = (
        "import runpy, sys\n"
        "runpy.run_path(sys.argv[1])['load_pack']()\n"
        "import os, time, json\n"
        "from dancheong.nodes.ground.processes import Processes\n"
        "if __name__ == '__main__':\n"
        "    with Processes(1) as processes:\n"
        "        for _, pid in processes.map(eval, ['__import__(\"os\").getpid()', '__import__(\"time\").sleep(1)']):\n"
        "            print(json.dumps(pid), flush=True)\n"
        "            time.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, str(root / "runner" / "__main__.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        child = psutil.Process(json.loads(driver.stdout.readline()))
        driver.kill()
        assert not psutil.wait_procs([child], PATIENCE)[1]
