"""The pack's own command line against a real ComfyUI."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from dancheong.runner import places
from dancheong.testing import served

WORKFLOWS = places.PACK / "workflows" / "api"


@dataclass
class Finished:
    status: int
    out: str
    error: str
    seconds: float = 0.0

    @property
    def message(self) -> str:
        """What the user is told: the lines that begin with the program's name, and those that follow."""
        return self.error[self.error.find("dancheong:") :].strip()


class CommandLine:
    def __init__(self, url: str, folder: Path, supplies) -> None:
        self.url, self.folder, self._supplies = url, folder, supplies

    def start(self, *arguments) -> subprocess.Popen:
        """The models and pictures that a workflow among the arguments names are there."""
        for path in (self.folder / argument for argument in arguments if str(argument).endswith(".json")):
            self._supplies.put_named(json.loads(path.read_text(encoding="utf-8")))
        command = [sys.executable, str(places.PACK / "runner"), *map(str, arguments)]
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, workflow, *settings, out="out") -> Finished:
        changes = [part for setting in settings for part in ("--set", setting)]
        process = self.start("run", workflow, *changes, "--out", out, "--server", self.url)
        printed, error = process.communicate(timeout=240)
        return Finished(process.returncode, printed, error)

    def interrupt_when(self, process, shown: str) -> Finished:
        """Send Ctrl-C as soon as the program says `shown`; the seconds are those until it ended."""
        lines = []
        for line in process.stderr:
            lines.append(line)
            if shown in line:
                break
        else:
            pytest.fail("".join(lines))
        time.sleep(1.0)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        printed, error = process.communicate(timeout=60)
        return Finished(process.returncode, printed, "".join(lines) + error, time.monotonic() - start)


@pytest.fixture
def cli(server, supplies, cover, tmp_path):
    shutil.copy(cover, tmp_path / "cover.png")
    yield CommandLine(server.url, tmp_path, supplies)
    served.give_back(server.url)


@pytest.fixture(scope="session")
def comfy_cli():
    """The official command line, beside the interpreter that runs the tests."""
    path = Path(sys.executable).with_name("comfy")
    return str(path) if path.exists() else shutil.which("comfy")


@pytest.fixture(scope="session", autouse=True)
def tree_is_left_alone():
    """ComfyUI's own folder holds the same files, unchanged, after everything that ran here."""
    before = snapshot(places.comfyui())
    yield
    assert snapshot(places.comfyui()) == before


def snapshot(tree: Path) -> dict[str, int]:
    return {
        os.path.join(folder, name): os.stat(os.path.join(folder, name)).st_mtime_ns
        for folder, _, names in os.walk(tree)
        for name in names
    }
