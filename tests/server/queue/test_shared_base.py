"""Two servers on one base directory, as on a machine with two GPUs: every row gets its own pictures."""

import json
import signal
import subprocess
import sys
from collections import Counter

import pytest
from dancheong.runner import places
from dancheong.runner.server import Server
from dancheong.testing import served
from dancheong.testing.scenes import painted_sheet
from PIL import Image

ROWS = 20


@pytest.fixture(scope="module")
def pair(server, base, tmp_path_factory):
    """The server of all tests, and one more on its base directory."""
    with Server(base, base / "models", log=tmp_path_factory.mktemp("second") / "log") as second:
        yield server, second
    served.give_back(server.url)


@pytest.fixture
def start(pair, tmp_path):
    def start(*arguments, servers=pair, folder=tmp_path):
        named = [part for server in servers for part in ("--server", server.url)]
        return subprocess.Popen(
            [sys.executable, str(places.PACK / "runner"), "run", "workflow.json", *arguments, "--out", "out", *named],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def ended(process):
    printed, error = process.communicate(timeout=200)
    assert process.returncode == 0, error
    return printed.split(), error


def written(folder, nodes):
    prompt = {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}
    (folder / "workflow.json").write_text(json.dumps(prompt), encoding="utf-8")


PAINTED = {
    "1": ("EmptyImage", {"width": 64, "height": 64, "batch_size": 2, "color": 255}),
    "2": ("SaveImage", {"images": ["1", 0], "filename_prefix": "shared/%width%/p"}),
}


def test_names_are_those_of_the_workflow_and_nothing_is_lost(start, base, pair, tmp_path):
    """Neither in --out, where an earlier run's results stay, nor on the server."""
    written(tmp_path, PAINTED)
    one, other = pair
    assert ended(start(servers=[one]))[0] == ["out/p_00001_.png", "out/p_00002_.png"]
    before = [(tmp_path / "out" / f"p_0000{number}_.png").read_bytes() for number in (1, 2)]
    assert ended(start("--set", "1.color=1", servers=[other]))[0] == ["out/p_00003_.png", "out/p_00004_.png"]
    assert [(tmp_path / "out" / f"p_0000{number}_.png").read_bytes() for number in (1, 2)] == before
    assert len(list((base / "output" / "shared" / "64").iterdir())) == 4
    with Image.open(tmp_path / "out" / "p_00003_.png") as picture:
        assert picture.getpixel((0, 0)) == (0, 0, 1)
        assert json.loads(picture.text["prompt"])["2"]["inputs"]["filename_prefix"] == "shared/%width%/p"


def test_a_linked_prefix_works_and_what_comes_before_the_saver_stays_in_the_cache(start, pair, tmp_path):
    linked = {
        **PAINTED,
        "3": ("PrimitiveString", {"value": "shared/linked"}),
        "2": ("SaveImage", {"images": ["1", 0], "filename_prefix": ["3", 0]}),
    }
    written(tmp_path, linked)
    assert ended(start(servers=pair[:1]))[0] == ["out/linked_00001_.png", "out/linked_00002_.png"]
    printed, error = ended(start(servers=pair[:1]))
    assert printed == ["out/linked_00003_.png", "out/linked_00004_.png"]
    assert "SaveImage ..." in error and "EmptyImage ..." not in error


def test_a_picture_that_is_there_is_not_written_again_and_another_of_its_name_is_noticed(start, base, pair, tmp_path):
    painted_sheet.write(tmp_path, 7, 1)
    sheet = ("--sheet", "jobs.csv")
    ended(start(*sheet))
    (stored,) = (base / "input" / "dancheong").glob("paper-*.png")
    inode, written_at = stored.stat().st_ino, stored.stat().st_mtime_ns
    (tmp_path / "out" / "r7.png").unlink()
    ended(start(*sheet))
    assert (stored.stat().st_ino, stored.stat().st_mtime_ns) == (inode, written_at)
    stored.write_bytes(b"broken")
    (tmp_path / "out" / "r7.png").unlink()
    ended(start(*sheet))
    assert not painted_sheet.wrong(tmp_path / "out", 7, 1) and stored.read_bytes() == b"broken"
    for file in (base / "input" / "dancheong").glob("paper-*.png"):
        file.unlink()


def test_trouble_of_a_row_stays_its_own(start, pair, base, tmp_path):
    """A name that is too long for a file; pictures whose names are long; a picture that is none."""
    written(tmp_path, {**PAINTED, "1": ("LoadImage", {"image": "a.png"})})
    long = "\uac00" * 83 + ".png"
    Image.new("RGB", (8, 8), "red").save(tmp_path / long)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    rows = [["name", "1.image"], ["\ub098" * 90, long], ["good", long], ["broken", "broken.png"]]
    rows += [["\ub2e4" * 83, long], ["nowhere", "nowhere.png"]]
    (tmp_path / "jobs.csv").write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    process = start("--sheet", "jobs.csv")
    printed, error = process.communicate(timeout=100)
    assert process.returncode == 1 and "Traceback" not in error
    assert sorted(printed.split()) == ["out/good.png", "out/" + "\ub2e4" * 83 + ".png"]
    assert "it has 270 bytes" in error and "broken.png is damaged" in error and "2 of 5 rows are done" in error


def test_two_sheets_at_once_with_a_server_killed_get_their_own_pictures(start, pair, tmp_path):
    """Comes last: the second server is gone afterwards."""
    _, second = pair
    sheets = {first: tmp_path / str(first) for first in (100, 70_000)}
    for first, folder in sheets.items():
        painted_sheet.write(folder, first, ROWS)
    processes = [start("--sheet", "jobs.csv", folder=folder) for folder in sheets.values()]
    told = ""
    while f"8 of {ROWS}" not in told:
        line = processes[0].stderr.readline()
        assert line, told
        told += line
    second._process.send_signal(signal.SIGKILL)
    served = set()
    for process, (first, folder) in zip(processes, sheets.items(), strict=True):
        printed, _ = ended(process)
        assert len(printed) == ROWS * painted_sheet.BATCH
        assert painted_sheet.wrong(folder / "out", first, ROWS) == []
        lines = [json.loads(line) for line in (folder / "out" / "journal.jsonl").read_text().splitlines()]
        assert Counter(line["status"] for line in lines) == {"done": ROWS}
        served |= {line["server"] for line in lines}
    assert second.url in served
