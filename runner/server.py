"""A ComfyUI process of our own: started with the pack in a private base directory, stopped with the command."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from ..nodes.ground import UserError
from . import ending, places

FOLDERS = ("models", "input", "output", "temp", "user", "custom_nodes")
LOOPBACK = "127.0.0.1"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Machines of one's own are not asked through a proxy."""
ANSWER_SECONDS = 5
START_SECONDS = 300
STOP_SECONDS = 10
TRIES = 3


class Server:
    """A running ComfyUI, as a context manager.

    The tree of ComfyUI itself is never written: base directory, byte code and database all lie elsewhere. On Linux it
    ends with this process, however that ends.

    Args:
        base: the private base directory; it is made where it does not exist.
        models: the models folder.
        port: 0 takes a free one.
        host: this machine's address under which it answers; whoever reaches that can use it.
        log: where its output goes; None leaves it on the terminal.
    """

    def __init__(self, base: Path, models: Path, port: int = 0, log: Path | None = None, host: str = LOOPBACK) -> None:
        self._base, self._models, self._port, self._log, self._host = base, models, port, log, host
        self._process: subprocess.Popen | None = None
        self.url = ""

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            UserError: it ended, or did not answer in time; or the folder or the port cannot be used.
        """
        prepare_base(self._base)
        if self._port:
            _expect_free(self._port)
        for left in reversed(range(TRIES)):
            port = self._port or _free_port(self._host)
            self.url = f"http://{self._host}:{port}"
            with open(self._log, "wb") if self._log else nullcontext() as output:
                self._process = subprocess.Popen(
                    command(self._base, self._models, port, self._host),
                    stdout=output,
                    stderr=subprocess.STDOUT if output else None,
                    env=environment(self._base),
                    # Ctrl-C must reach the prompt through the API first, not end the server under it.
                    start_new_session=True,
                    preexec_fn=ending.with_parent(),
                )
            try:
                self._wait_until_ready()
                return
            except BaseException as error:
                self.stop()
                # Another process may have taken the free port between asking and binding.
                if self._port or not left or not isinstance(error, UserError):
                    raise
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """End the server, gently at first."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)  # Windows sends no other
        try:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        finally:  # who presses Ctrl-C again does not want to wait
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()

    def wait(self) -> int:
        """Until the process ends by itself; returns its exit status."""
        assert self._process is not None
        return self._process.wait()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise UserError(f"ComfyUI ended while starting (status {self._process.returncode}).{self._tail()}")
            if self.answers():
                return
            time.sleep(0.2)
        raise UserError(f"ComfyUI did not answer within {START_SECONDS} s.{self._tail()}")

    def answers(self) -> bool:
        """Whether the process that was started answers; another program may have the port."""
        if self._process is None or self._process.poll() is not None:
            return False
        try:
            with DIRECT.open(f"{self.url}/system_stats", timeout=ANSWER_SECONDS) as answer:
                stats: Any = json.load(answer)
            return str(self._base) in stats["system"]["argv"]
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            return False

    def _tail(self) -> str:
        if self._log is None:
            return ""
        return f" The end of {self._log}:\n" + "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


def prepare_base(base: Path) -> None:
    """Make the base directory and link the pack into it, under the pack's own name whatever its folder is called.

    A copy that is installed there already stays.

    Raises:
        UserError: it cannot be written.
    """
    link = base / "custom_nodes" / "dancheong"
    try:
        for folder in FOLDERS:
            (base / folder).mkdir(parents=True, exist_ok=True)
        if link.is_dir() and not link.is_symlink():
            return
        if not link.is_symlink() or link.resolve() != places.PACK:
            link.unlink(missing_ok=True)
            link.symlink_to(places.PACK, target_is_directory=True)
    except OSError as error:
        raise UserError(
            f"ComfyUI needs a folder that it can write, and {base} is none ({error.strerror}): name another one with "
            "--base."
        ) from error


def command(base: Path, models: Path, port: int, host: str = LOOPBACK) -> list[str]:
    """What starts ComfyUI for who reaches `host`: this machine alone, where nothing else is said."""
    return [
        sys.executable, str(places.comfyui() / "main.py"), "--listen", host, "--port", str(port),
        *arguments(base, models), "--disable-auto-launch", "--disable-api-nodes",
    ]  # fmt: skip


def arguments(base: Path, models: Path) -> list[str]:
    """The flags that keep ComfyUI out of its own tree; the in-process tests use the same."""
    flags = ["--base-directory", str(base), "--models-directory", str(models)]
    flags += ["--database-url", "sqlite:///:memory:"]
    return flags if places.has_accelerator() else [*flags, "--cpu"]


def environment(base: Path) -> dict[str, str]:
    """The caller's variables, with byte code cached outside of every tree and no hub asked for anything."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(base / "pycache"), **variables, "HF_HUB_OFFLINE": "1"}


def _expect_free(port: int) -> None:
    with socket.socket() as probe:
        if os.name != "nt":  # where it would mean that a taken port may be shared
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise UserError(
                f"Port {port} cannot be used ({error.strerror}): end the program that has it, or choose another port "
                "with --port."
            ) from error


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]
