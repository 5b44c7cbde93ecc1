"""Curation on Ray: the same files as without it, whatever dies on the way."""

import contextlib
import pickle
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import psutil
import pytest
from dancheong.nodes.curation import Curation, Standards, Walk, on_ray
from dancheong.nodes.news import RefusedRow, piece_records, pieces
from dancheong.testing.scenes import news

ROWS, PIECES = 60, 30
AT_WORK = ("ray::_", "ray::FlatMap", "ray::Map")
"""How processes of Ray are called that read or examine; those that wait for work are called otherwise."""
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


def workers(driver: psutil.Popen, kinds: tuple[str, ...] = AT_WORK) -> list[psutil.Process]:
    """Processes of Ray that read or examine right now, or those of other names."""
    found = []
    with contextlib.suppress(psutil.Error):  # the driver has ended
        for child in driver.children(recursive=True):
            with contextlib.suppress(psutil.Error):  # it ended meanwhile
                if " ".join(child.cmdline()).startswith(kinds):
                    found.append(child)
    return found


def test_the_same_files_as_without_ray_though_workers_and_the_driver_are_killed(root, tmp_path):
    """Of many pieces, so that most are left to do when the first are done."""
    source, out, straight = tmp_path / "many", tmp_path / "ray", tmp_path / "straight"
    source.mkdir()
    articles = news.articles(8 * PIECES, 4, (320, 260))
    for number in range(PIECES):
        news.zipped(source / f"{number:02}.zip", islice(articles, 8))
    (source / "01b.zip").write_bytes(b"no zip file")
    driver = start(root, source, out, "--ray", "--workers", "1")
    wait(lambda: lines(out) and workers(driver), driver)
    for worker in workers(driver):
        worker.kill()
    before = lines(out)
    wait(lambda: lines(out) > before + 8, driver)
    below = workers(driver, (*AT_WORK, "ray::IDLE"))
    driver.kill()
    driver.communicate()
    _, left = psutil.wait_procs(below, PATIENCE / 3)
    assert below and not left  # what a driver started ends with it
    assert lines(out) < 8 * PIECES
    for folder in (out, straight):
        Walk(Curation(source, folder, Standards(min_content=0))).finish(lambda done: None)
    assert files(out) == files(straight)
    assert b"no zip file" in (out / "rejected.csv").read_bytes()


def test_what_is_done_is_not_read_again(source):
    """A run on Ray goes on at any row, within shards and between them."""
    first, places = pieces(source)
    every = [told(row) for place in places for row in piece_records(place)]
    assert not first and len(every) == ROWS + 1
    for done in (0, 1, 9, 10, 11, 12, 40, 60, 61):
        read = [entry["row"] for task in on_ray._tasks(places, done) for entry in on_ray._read(task)]
        assert [told(pickle.loads(row)) for row in read] == every[done:]


def told(row):
    return row if isinstance(row, RefusedRow) else (row.id, row.title, row.read())


def test_an_address_where_nothing_answers_is_told_and_claims_no_folder(root, source, tmp_path):
    done = start(root, source, tmp_path / "out", "--ray", "127.0.0.1:9")
    error = done.communicate(timeout=PATIENCE)[1]
    assert done.returncode == 1 and "No Ray cluster answers at '127.0.0.1:9': expected an address" in error
    assert "Traceback" not in error and not (tmp_path / "out").exists()
