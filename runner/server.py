"""A ComfyUI process of our own: started with the pack in a private base directory, stopped with the command."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from pathlib import Path

from ..nodes.ground import UserError
from . import places

FOLDERS = ("models", "input", "output", "temp", "user", "custom_nodes")
START_SECONDS = 300
STOP_SECONDS = 10
TRIES = 3


class Server:
    """A running ComfyUI, as a context manager.

    The tree of ComfyUI itself is never written: base directory, byte code and database all lie elsewhere.

    Args:
        base: the private base directory; it is made where it does not exist.
        models: the models folder.
        port: 0 takes a free one.
        log: where its output goes; None leaves it on the terminal.
    """

    def __init__(self, base: Path, models: Path, port: int = 0, log: Path | None = None) -> None:
        self._base, self._models, self._port, self._log = base, models, port, log
        self._process: subprocess.Popen | None = None
        self.url = ""

    def __enter__(self) -> "Server":
        prepare_base(self._base)
        for left in reversed(range(TRIES)):
            port = self._port or _free_port()
            self.url = f"http://127.0.0.1:{port}"
            with open(self._log, "wb") if self._log else nullcontext() as output:
                self._process = subprocess.Popen(
                    command(self._base, self._models, port),
                    stdout=output,
                    stderr=subprocess.STDOUT if output else None,
                    env=environment(),
                    # Ctrl-C must reach the prompt through the API first, not end the server under it.
                    start_new_session=True,
                )
            try:
                self._wait_until_ready()
                return self
            except BaseException as error:
                self.stop()
                # Another process may have taken the free port between asking and binding.
                if self._port or not left or not isinstance(error, UserError):
                    raise
        raise AssertionError("unreachable")

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server, gently at first."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)  # Windows sends no other
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
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
            try:
                with urllib.request.urlopen(f"{self.url}/system_stats", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise UserError(f"ComfyUI did not answer within {START_SECONDS} s.{self._tail()}")

    def _tail(self) -> str:
        if self._log is None:
            return ""
        return f" The end of {self._log}:\n" + "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])


def prepare_base(base: Path) -> None:
    """Make the base directory and link the pack into it, under the pack's own name whatever its folder is called.

    A copy that is installed there already stays.
    """
    for folder in FOLDERS:
        (base / folder).mkdir(parents=True, exist_ok=True)
    link = base / "custom_nodes" / "dancheong"
    if link.is_dir() and not link.is_symlink():
        return
    if not link.is_symlink() or link.resolve() != places.PACK:
        link.unlink(missing_ok=True)
        link.symlink_to(places.PACK, target_is_directory=True)


def command(base: Path, models: Path, port: int) -> list[str]:
    """What starts ComfyUI on this machine alone."""
    return [
        sys.executable, str(places.comfyui() / "main.py"), "--listen", "127.0.0.1", "--port", str(port),
        *arguments(base, models), "--disable-auto-launch", "--disable-api-nodes",
    ]  # fmt: skip


def arguments(base: Path, models: Path) -> list[str]:
    """The flags that keep ComfyUI out of its own tree; the in-process tests use the same."""
    flags = ["--base-directory", str(base), "--models-directory", str(models)]
    flags += ["--database-url", "sqlite:///:memory:"]
    return flags if places.has_accelerator() else [*flags, "--cpu"]


def environment() -> dict[str, str]:
    """The caller's variables, with byte code cached outside of every tree and no hub asked for anything."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(places.BASE / "pycache"), **variables, "HF_HUB_OFFLINE": "1"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
