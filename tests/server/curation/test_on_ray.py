"""Curation on Ray: the same files as by threads, whatever dies on the way."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from dancheong.nodes.curation import Curation, Standards, Walk
from dancheong.testing.scenes import news

ROWS = 60
PATIENCE = 180.0
"""s for a start of Ray and what follows, on a machine that does other things too."""


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Shards of unlike sizes, and one that is none: its row is refused."""
    folder = tmp_path_factory.mktemp("shards")
    articles = list(news.articles(ROWS, 4, (320, 260)))
    news.zipped(folder / "0.zip", iter(articles[:10]))
    (folder / "1.zip").write_bytes(b"no zip file")
    news.zipped(folder / "2.zip", iter(articles[10:]))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.suffix != ".part"}


def start(root: Path, source: Path, out: Path, *options: str) -> psutil.Popen:
    command = [sys.executable, str(root / "runner"), "curate", str(source), "--out", str(out), "--min-content", "0"]
    return psutil.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(out: Path) -> int:
    journal = out / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def wait(until, running: psutil.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while not until() and running.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert until(), running.communicate()[1]


def workers(driver: psutil.Popen) -> list[psutil.Process]:
    """Processes of Ray that read or examine right now."""
    found = []
    for child in driver.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if " ".join(child.cmdline()).startswith(("ray::_", "ray::FlatMap", "ray::Map")):
                found.append(child)
    return found


def test_the_same_files_as_by_threads_though_driver_and_workers_are_killed(root, source, tmp_path):
    out, straight = tmp_path / "ray", tmp_path / "threads"
    first = start(root, source, out, "--ray", "--workers", "1")
    wait(lambda: lines(out) >= 5, first)
    killed = workers(first)
    first.kill()
    first.communicate()
    _, left = psutil.wait_procs(killed, PATIENCE / 3)
    assert killed and not left  # what a driver started ends with it
    # Rows of a piece come together, so that a kill falls between two of them: back to the middle of one.
    journal = out / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:5]))

    second = start(root, source, out, "--ray", "--workers", "2")
    wait(lambda: workers(second), second)
    for worker in workers(second):
        worker.kill()
    said, error = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, error
    assert "going on after 5" in error and "rows kept" in said
    assert "Traceback" not in error and "WARNING" not in error and "INFO" not in error

    Walk(Curation(source, straight, Standards(min_content=0))).finish(lambda done: None)
    assert files(out) == files(straight)
    assert b"no zip file" in (out / "rejected.csv").read_bytes()


def test_an_address_where_nothing_answers_is_told(root, source, tmp_path):
    done = start(root, source, tmp_path / "out", "--ray", "127.0.0.1:9")
    error = done.communicate(timeout=PATIENCE)[1]
    assert done.returncode == 1 and "No Ray cluster answers at '127.0.0.1:9': expected an address" in error
    assert "Traceback" not in error
