"""A helper process that dies, babbles, dawdles or hangs: one clear error, and the next request works."""

import os
import sys
import textwrap
import threading
import time

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.ground.worker import Worker, WorkerError
from dancheong.nodes.text_mask.engines import keras_ocr_engine, keras_ocr_environment

SCRIPT = """
import json, os, sys, time
print({ready!r}, flush=True)
print("last words", file=sys.stderr, flush=True)
for line in sys.stdin.buffer:
    head = json.loads(line)
    body = sys.stdin.buffer.read(head["bytes"])
    do = head["do"]
    if do == "die":
        os.kill(os.getpid(), 9)
    if do == "exit":
        sys.exit(3)
    if do == "babble":
        print("Downloading weights: 10 %", flush=True)
    if do == "hang":
        time.sleep(60)
    if do == "fail":
        print(json.dumps({{"error": "MemoryError: 5 GB"}}), flush=True)
    if do == "list":
        print("[1, 2]", flush=True)
    print(json.dumps({{"pid": os.getpid(), "sum": sum(body)}}), flush=True)
"""


@pytest.fixture
def worker():
    made = helper('{"ready": 1}')
    yield made
    made.stop()


def helper(ready, before="", seconds=20.0):
    script = before + SCRIPT.format(ready=ready)
    return Worker("keras-ocr", [sys.executable, "-c", textwrap.dedent(script)], {}, seconds)


def ask(worker, do="sum", body=b"\x01\x02"):
    return worker.ask({"do": do, "bytes": len(body)}, body)


def test_one_process_answers_all(worker):
    first, second = ask(worker), ask(worker, body=bytes(range(256)) * 5000)
    assert (first["sum"], second["sum"]) == (3, sum(range(256)) * 5000)
    assert first["pid"] == second["pid"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param(
            "die",
            "keras-ocr was killed, as by a machine out of memory; the next run starts it anew.*last words",
            marks=pytest.mark.skipif(os.name == "nt", reason="Windows does not tell a kill from another end"),
        ),
        ("exit", "keras-ocr ended with code 3"),
        ("babble", "keras-ocr answered with something else than JSON: b'Downloading weights"),
        ("list", "answered with something else than JSON"),
    ],
)
def test_a_fault_is_told_and_the_next_request_works(worker, fault, message):
    before = ask(worker)["pid"]
    with pytest.raises(WorkerError, match=message):
        ask(worker, fault)
    after = ask(worker)
    assert after["sum"] == 3 and after["pid"] != before


def test_a_request_that_fails_leaves_the_process_alive(worker):
    pid = ask(worker)["pid"]
    with pytest.raises(UserError, match="keras-ocr could not read the picture: MemoryError: 5 GB"):
        ask(worker, "fail")
    worker._lines.get(timeout=5)  # the script above answers twice then
    assert ask(worker)["pid"] == pid


def test_an_end_between_two_requests_is_mended_silently(worker):
    ask(worker)
    worker._process.kill()
    worker._process.wait()
    assert ask(worker)["sum"] == 3


def test_stopping_frees_whoever_waits(worker):
    ask(worker)
    threading.Timer(0.5, worker.stop).start()
    began = time.monotonic()
    with pytest.raises(WorkerError, match=r"keras-ocr was (stopped|killed)"):
        ask(worker, "hang")
    assert time.monotonic() - began < 10
    assert ask(worker)["sum"] == 3


def test_a_start_that_takes_too_long_is_given_up():
    slow = helper('{"ready": 1}', before="import time; time.sleep(30)\n", seconds=0.5)
    with pytest.raises(WorkerError, match="was not ready after 0 s"):
        ask(slow)
    assert slow._process is None


def test_a_start_that_babbles_or_fails_is_told():
    with pytest.raises(WorkerError, match="something else than JSON"):
        ask(helper("Welcome to TensorFlow"))
    with pytest.raises(WorkerError, match="did not begin as agreed"):
        ask(helper('{"hello": 1}'))
    with pytest.raises(WorkerError, match=r"ended with code 1.*No module named 'nowhere'"):
        ask(helper("", before="import nowhere\n"))
    with pytest.raises(WorkerError, match="could not be started"):
        Worker("keras-ocr", ["/nowhere/python"], {}, 1.0).ask({}, b"")


def test_without_its_environment_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DANCHEONG_ENGINES", str(tmp_path))
    with pytest.raises(UserError, match="run `dancheong engines install keras-ocr`"):
        keras_ocr_engine.KerasOCREngine(tmp_path / "a.h5", tmp_path / "b.h5")


def test_other_weights_end_the_worker_of_the_first(monkeypatch, tmp_path):
    monkeypatch.setenv("DANCHEONG_ENGINES", str(tmp_path))
    environment = keras_ocr_environment.folder()
    environment.mkdir()
    keras_ocr_environment.stamp().write_text("")
    first = keras_ocr_engine.load(tmp_path / "a.h5", tmp_path / "b.h5", "")
    first.worker._command[:] = [sys.executable, "-c", SCRIPT.format(ready='{"ready": 1}')]
    assert ask(first.worker)["sum"] == 3
    assert keras_ocr_engine.load(tmp_path / "a.h5", tmp_path / "b.h5", "") is first
    process = first.worker._process
    keras_ocr_engine.load(tmp_path / "c.h5", tmp_path / "b.h5", "")
    assert process.wait(timeout=5) != 0
    keras_ocr_engine.stop()
