"""How `serve` and `run` begin and end, with a stand-in for ComfyUI that answers as soon as it is told to."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import places, server

COMFYUI = """
import http.server, json, os, pathlib, signal, sys, time

base = pathlib.Path(sys.argv[sys.argv.index("--base-directory") + 1])
(base / "pid.part").write_text(str(os.getpid()))
(base / "pid.part").rename(base / "pid")
if (base / "deaf").exists():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
if (base / "slow").exists():
    time.sleep(600)

class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"system": {"argv": sys.argv}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

port = int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer.allow_reuse_address = False
http.server.HTTPServer(("127.0.0.1", port), Answers).serve_forever()
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends a child with its parent")
posix = pytest.mark.skipif(os.name == "nt", reason="another system's signals")


@pytest.fixture(autouse=True)
def foreground():
    """Signals as a program in a shell's foreground has them: whatever started the tests may have ignored some."""
    defaults = {"SIGINT": signal.default_int_handler, "SIGTERM": signal.SIG_DFL, "SIGHUP": signal.SIG_DFL}
    numbers = {getattr(signal, name): handler for name, handler in defaults.items() if hasattr(signal, name)}
    before = {number: signal.signal(number, handler) for number, handler in numbers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def comfyui(tmp_path, monkeypatch):
    tree = tmp_path / "ComfyUI"
    (tree / "comfy").mkdir(parents=True)
    (tree / "main.py").write_text(COMFYUI)
    monkeypatch.setenv("COMFYUI_PATH", str(tree))
    return tree


@pytest.fixture
def base(tmp_path):
    return tmp_path / "base"


def started(*typed, **options):
    command = [sys.executable, str(places.PACK / "runner"), *map(str, typed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def child(base):
    """The process id of the stand-in, once it runs."""
    return int(until(lambda: (base / "pid").exists() and (base / "pid").read_text()))


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:  # ended, and not yet noticed by its parent
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return not os.path.isdir("/proc/self")


@posix
@pytest.mark.parametrize("told", ["SIGINT", "SIGTERM", "SIGHUP", pytest.param("SIGKILL", marks=linux)])
def test_whatever_ends_serve_ends_comfyui(comfyui, base, told):
    process = started("serve", "--port", "0", "--base", base)
    assert process.stdout.readline().startswith("The editor is at http://127.0.0.1:")
    pid = child(base)
    process.send_signal(getattr(signal, told))
    process.communicate(timeout=30)
    assert process.returncode == (-signal.SIGKILL if told == "SIGKILL" else 130)
    until(lambda: is_gone(pid))


@posix
@pytest.mark.parametrize("told", ["SIGTERM", "SIGHUP"])
def test_a_run_that_is_ended_while_its_server_starts_leaves_none_behind(comfyui, base, root, told):
    base.mkdir()
    (base / "slow").touch()
    process = started("run", root / "workflows/api/cover_finish.json", "--base", base)
    pid = child(base)
    process.send_signal(getattr(signal, told))
    process.communicate(timeout=30)
    assert process.returncode == 130
    until(lambda: is_gone(pid))


@posix
def test_a_closing_terminal_ends_comfyui(comfyui, base):
    import pty

    terminal, inside = pty.openpty()
    command = [sys.executable, str(places.PACK / "runner"), "serve", "--port", "0", "--base", str(base)]
    steal = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", steal, *command], stdin=inside, stdout=inside, stderr=inside, start_new_session=True
    )
    os.close(inside)
    shown = b""
    while b"The editor is at" not in shown:
        shown += os.read(terminal, 1000)
    pid = child(base)
    os.close(terminal)
    process.wait(30)
    until(lambda: is_gone(pid))


@posix
def test_who_is_told_twice_waits_no_longer(comfyui, base):
    base.mkdir()
    (base / "deaf").touch()
    process = started("serve", "--port", "0", "--base", base)
    process.stdout.readline()
    pid, begun = child(base), time.monotonic()
    process.send_signal(signal.SIGTERM)
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert time.monotonic() - begun < server.STOP_SECONDS - 2
    until(lambda: is_gone(pid))


@posix
def test_what_nohup_ignores_stays_ignored(comfyui, base):
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = started("serve", "--port", "0", "--base", base, preexec_fn=ignore)
    process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=30)


@pytest.fixture
def another_program():
    """Something that answers 200 with the words of another ComfyUI, whatever it is asked."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"system": {"argv": ["main.py", "--port", "8188"]}}).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def test_serve_on_a_taken_port_announces_nothing(comfyui, base, another_program):
    process = started("serve", "--port", another_program, "--base", base)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1 and len(said.splitlines()) == 1
    assert f"Port {another_program} cannot be used" in said and "--port" in said


def test_another_program_that_takes_the_port_meanwhile_is_not_taken_for_ours(
    comfyui, base, another_program, monkeypatch
):
    monkeypatch.setattr(server, "_expect_free", lambda port: None)
    log = base.with_name("log")
    with pytest.raises(UserError, match="ended while starting"):
        server.Server(base, base / "models", port=another_program, log=log).__enter__()


def test_serve_says_where_an_app_is_open_as_a_form_and_refuses_one_that_is_none_before_it_starts(comfyui, base):
    refused, _ = started("serve", "--app", "poster", "--base", base).communicate(timeout=30)
    assert "There is no app 'poster': expected one of korean_prompt, " in refused and not base.exists()
    process = started("serve", "--port", "0", "--base", base, "--app", "\ud45c\uc9c0 \ub9cc\ub4e4\uae30")
    editor, form = process.stdout.readline(), process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    url = editor.removeprefix("The editor is at ").split(";")[0]
    assert form == f"The form is at {url}/?template=cover_from_brief&source=dancheong&mode=linear\n"


def test_a_base_directory_that_cannot_be_written_is_told_with_what_to_do(comfyui, tmp_path):
    (tmp_path / "file").touch()
    process = started("serve", "--port", "0", "--base", tmp_path / "file" / "base")
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1 and len(said.splitlines()) == 1 and "name another one with --base" in said


def test_everything_lies_in_the_base_directory_that_is_named(comfyui, tmp_path, monkeypatch):
    variables = server.environment(tmp_path)
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    assert server.environment(tmp_path)["PYTHONPYCACHEPREFIX"] == str(tmp_path / "pycache") != variables["PATH"]
    process = started("serve", "--port", "0", "--base", "mine", cwd=tmp_path)
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert (tmp_path / "mine" / "custom_nodes" / "dancheong" / "nodes").is_dir()


def test_models_go_to_the_base_directory_wherever_it_is_named(monkeypatch, tmp_path):
    from dancheong.runner import cli
    from dancheong.runner.setup import models

    asked = []
    monkeypatch.setattr(models, "get", lambda table, name, folder: asked.append(folder) or [])
    monkeypatch.setattr(places, "_comfyui", lambda: None)
    for typed in (["models", "--base", tmp_path, "get", "x"], ["models", "get", "x", "--base", tmp_path]):
        assert cli.main([str(word) for word in typed]) == 0
    assert asked == [tmp_path / "models"] * 2


def test_a_base_directory_is_no_use_for_a_server_that_runs(root, capsys, tmp_path):
    from dancheong.runner import cli

    workflow = str(root / "workflows/api/cover_finish.json")
    assert cli.main(["run", workflow, "--base", str(tmp_path), "--server", "http://127.0.0.1:9"]) == 1
    assert "leave one out" in capsys.readouterr().err
