"""A sheet over servers that Ray keeps: what is killed comes back, and every row is done once.

The servers are only played, as it is not they that are tested; the benchmark of this name starts real ones.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from types import SimpleNamespace

import psutil
import pytest
import ray
from dancheong.nodes.ground import UserError
from dancheong.runner import places, ray_servers
from dancheong.runner.queue.client import Unreachable
from dancheong.runner.queue.fleet import LeftOut
from dancheong.testing import played_comfyui

SAID = {"1": {"class_type": "Say", "inputs": {"text": "", "after": ""}}}
ROWS, FIRST = 12, 2
PATIENCE = 600.0
"""s for servers to start on a machine that does other things too."""


def start(root, folder, *options):
    (folder / "workflow.json").write_text(json.dumps(SAID))
    rows = "".join(f"p{number:03},said {number},{'go' if number >= FIRST else ''}\n" for number in range(ROWS))
    (folder / "jobs.csv").write_text(f"name,1.text,1.after\n{rows}".replace("go", str(folder / "go")))
    command = [sys.executable, str(root / "runner"), "run", "workflow.json", *options, "--out", "out"]
    variables = {**os.environ, "COMFYUI_PATH": str(folder / "comfyui")}
    return psutil.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def servers(driver):
    """Those that run somewhere below the command."""
    found = []
    for child in driver.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if "--base-directory" in child.cmdline():
                found.append(child)
    return found


def address(server):
    words = server.cmdline()
    return f"http://127.0.0.1:{words[words.index('--port') + 1]}"


def wait(until, driver):
    end = time.monotonic() + PATIENCE
    while not until() and driver.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert until(), driver.communicate()[1]


def test_every_row_is_done_once_though_a_server_and_the_process_that_keeps_another_are_killed(root, tmp_path):
    journal = tmp_path / "out" / "journal.jsonl"

    def lines():
        return [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []

    played_comfyui.tree(tmp_path / "comfyui")
    base = str(tmp_path / "base")
    options = ("--sheet", "jobs.csv", "--ray", "--cores", "1", "--base", base, "--queued", "1")
    driver = start(root, tmp_path, *options)
    wait(lambda: len(lines()) == FIRST and len(servers(driver)) >= 2, driver)
    server, other = servers(driver)[:2]
    killed = {address(one) for one in (server, other)}
    keeper = other.parent()
    assert "_Keeper" in keeper.cmdline()[0]
    server.send_signal(signal.SIGKILL)
    keeper.send_signal(signal.SIGKILL)
    psutil.wait_procs([server, keeper, other], PATIENCE / 10)
    assert not other.is_running()  # it ends with who keeps it
    (tmp_path / "go").touch()
    wait(lambda: len(lines()) == ROWS, driver)
    again = servers(driver)
    said, error = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 0, error
    assert "12 of 12 rows are done (0 of them were before), 0 failed" in error and "Traceback" not in error
    assert len(said.split()) == ROWS
    assert Counter(line["row"] for line in lines()) == {f"p{number:03}": 1 for number in range(ROWS)}
    assert not killed & {line["server"] for line in lines()[FIRST:]}
    for number in range(ROWS):
        assert (tmp_path / "out" / f"p{number:03}.txt").read_text() == f"said {number}"
    assert not psutil.wait_procs(again, PATIENCE / 10)[1]  # none outlives the command


def test_what_does_not_go_together_is_said_before_anything_starts(root, tmp_path):
    for options, said in (
        (("--ray",), "Several servers share the rows of a sheet: add --sheet"),
        (("--sheet", "jobs.csv", "--ray", "--server", "http://127.0.0.1:9"), "--ray starts servers, and --server"),
        (("--sheet", "jobs.csv", "--cores", "2"), "--cores is for servers that Ray starts: add --ray"),
        (("--sheet", "jobs.csv", "--ray", "127.0.0.1:9"), "No Ray cluster answers at '127.0.0.1:9'"),
    ):
        driver = start(root, tmp_path, *options)
        error = driver.communicate(timeout=PATIENCE)[1]
        assert driver.returncode == 1 and said in error and "Traceback" not in error


def test_a_server_that_does_not_start_is_left_out_and_one_that_is_lost_is_asked_for_again():
    def place(error):
        async def url():
            raise error

        actor = SimpleNamespace(url=SimpleNamespace(remote=url))
        return ray_servers.RayPlace("server 1 on 10.0.0.2", actor, ray)

    def failed(cause):
        return ray.exceptions.RayTaskError("url", "its traceback", cause).as_instanceof_cause()

    with pytest.raises(LeftOut, match=r"server 1 on 10\.0\.0\.2 does not start\. No ComfyUI found"):
        asyncio.run(place(failed(UserError("No ComfyUI found: run `make host`."))).url())
    with pytest.raises(LeftOut, match=r"does not start\. .* No space left on device"):
        asyncio.run(place(failed(OSError(28, "No space left on device"))).url())
    with pytest.raises(Unreachable, match="Ray has no server 1"):
        asyncio.run(place(ray.exceptions.ActorUnavailableError("gone", None)).url())
    with pytest.raises(KeyError):  # a bug of ours
        asyncio.run(place(failed(KeyError("bug"))).url())
    assert ray_servers._shares({"CPU": 16.0, "GPU": 2.0}, 4) == 2 * [{"num_gpus": 1, "num_cpus": 8}]
    assert ray_servers._shares({"CPU": 10.0}, 4) == 2 * [{"num_cpus": 4}]
    assert ray_servers._shares({"CPU": 2.0}, 4) == [{"num_cpus": 2}]


def test_a_server_from_which_ray_hides_the_gpus_runs_without_one(monkeypatch):
    monkeypatch.setattr(places.shutil, "which", lambda name: f"/usr/bin/{name}")
    for hidden, found in (("", False), ("0", True)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert places.has_accelerator() is found
