"""A sheet of jobs on real servers: named results, failed rows, going on, and a server that is killed and comes back."""

import csv
import json
import signal
from collections import Counter

import pytest
from dancheong.nodes.ground.journal import LOCK
from dancheong.runner.server import Server
from PIL import Image

BRIEF = {
    "3": {
        "class_type": "DancheongCoverPrompt",
        "inputs": {"title": "", "genre": "none", "summary": "", "requirements": "", "title_space": "none",
                   "language": "english"},
        "_meta": {"title": "Brief"},
    },
    "4": {"class_type": "PreviewAny", "inputs": {"source": ["3", 0]}},
}  # fmt: skip
HEADLINE = {
    "3": {"class_type": "DancheongCleanHeadline", "inputs": {"text": "", "hanja": True}, "_meta": {"title": "Title"}},
    "4": {"class_type": "PreviewAny", "inputs": {"source": ["3", 0]}},
}
PAINTED = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 1400, "height": 1400, "batch_size": 1, "color": 0}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "painted"}},
}
ROWS = 80


@pytest.fixture
def sheet(cli, tmp_path):
    """Run a workflow for each row of a table."""

    def start(workflow, header, rows, *arguments, servers=(), out="out"):
        (tmp_path / "workflow.json").write_text(json.dumps(workflow))
        with open(tmp_path / "jobs.csv", "w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        named = [part for url in servers or [cli.url] for part in ("--server", url)]
        return cli.start("run", "workflow.json", "--sheet", "jobs.csv", "--out", out, *named, *arguments)

    return start


@pytest.fixture
def run(sheet):
    def run(*arguments, **options):
        process = sheet(*arguments, **options)
        printed, error = process.communicate(timeout=240)
        return process.returncode, printed, error

    return run


def journal(folder):
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_failed_row_is_told_and_done_again_once_it_is_mended(run, tmp_path):
    rows = [["one", "\uae08\ub9ac"], ["two", ""], ["three", "Chips"]]
    status, printed, error = run(BRIEF, ["name", "Brief.title"], rows)
    assert status == 1 and "two failed: Node 3 (Brief): Expected a brief" in error
    assert "2 of 3 rows are done" in error and "Traceback" not in error
    assert sorted(printed.split()) == ["out/one.txt", "out/three.txt"]
    assert (tmp_path / "out" / "one.txt").read_text(encoding="utf-8") == "book cover, \uae08\ub9ac"
    assert not (tmp_path / "out" / "two.txt").exists()
    rows[1][1] = "Rates"
    status, printed, error = run(BRIEF, ["name", "Brief.title"], rows)
    assert (status, printed.split()) == (0, ["out/two.txt"])
    assert "3 of 3 rows are done (2 of them were before), 0 failed" in error
    (tmp_path / "out" / "three.txt").unlink()
    rows[0][1] = "Prices"
    status, printed, error = run(BRIEF, ["name", "Brief.title"], rows)
    assert sorted(printed.split()) == ["out/one.txt", "out/three.txt"]
    assert (tmp_path / "out" / "one.txt").read_text(encoding="utf-8") == "book cover, Prices"


def test_wrong_columns_and_other_results_stop_before_the_first_row(run, tmp_path):
    status, _, error = run(HEADLINE, ["9.title"], [["x"]])
    assert status == 1 and "No node is called '9'" in error
    assert run(HEADLINE, ["3.text"], [["x"]], out="other")[0] == 0
    status, _, error = run(HEADLINE, ["3.text"], [["x"]], "--set", "3.hanja=false", out="other")
    assert status == 1 and "holds results of another source" in error
    assert [line["row"] for line in journal(tmp_path / "other")] == ["0001"]


def test_pictures_are_uploaded_and_several_results_are_numbered(run, cli, tmp_path):
    workflow = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "cover.png"}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}},
        "10": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "11": {"class_type": "SaveImage", "inputs": {"images": ["10", 0], "filename_prefix": "b"}},
    }
    for name, value in (("red", (255, 0, 0)), ("blue", (0, 0, 255))):
        Image.new("RGB", (40, 30), value).save(tmp_path / f"{name}.png")
    status, _, error = run(workflow, ["name", "1.image"], [["R", "red.png"], ["B", "blue.png"], ["C", "no.png"]])
    assert status == 1 and "C failed" in error and "no.png" in error
    found = {path.name: Image.open(path).getpixel((5, 5)) for path in (tmp_path / "out").glob("*.png")}
    assert found == {
        "R.png": (255, 0, 0), "R-2.png": (0, 255, 255), "B.png": (0, 0, 255), "B-2.png": (255, 255, 0)
    }  # fmt: skip


def test_an_interrupted_sheet_goes_on_where_it_stopped(sheet, run, cli, tmp_path):
    rows = [[f"p{number}", number] for number in range(30)]
    process = sheet(PAINTED, ["name", "1.color"], rows, "--queued", "3")
    finished = cli.interrupt_when(process, "5 of 30")
    assert (finished.status, finished.message.splitlines()[-1]) == (130, "dancheong: interrupted")
    before = {line["row"] for line in journal(tmp_path / "out")}
    assert 5 <= len(before) < 30
    assert [path.name for path in (tmp_path / "out").glob("*.part")] == [LOCK]
    status, printed, _ = run(PAINTED, ["name", "1.color"], rows)
    assert status == 0 and len(printed.split()) == 30 - len(before)
    assert Counter(line["row"] for line in journal(tmp_path / "out")) == {row[0]: 1 for row in rows}


def test_every_row_is_done_exactly_once_though_a_server_is_killed_and_comes_back(
    sheet, cli, base, tmp_path_factory, tmp_path
):
    """80 jobs over two servers; the second is killed in the middle of its work and started again."""
    second = tmp_path_factory.mktemp("second")
    rows = [[f"p{number:03}", number] for number in range(ROWS)]
    told = []

    def read_until(*words):
        for line in process.stderr:
            told.append(line)
            if all(any(word in line for line in told) for word in words):
                return
        pytest.fail("".join(told))

    with Server(second, base / "models", log=second / "log") as killed:
        process = sheet(PAINTED, ["name", "1.color"], rows, servers=[cli.url, killed.url])
        read_until("15 of 80")
        killed._process.send_signal(signal.SIGKILL)
        killed._process.wait()
        assert any(line.get("server") == killed.url for line in journal(tmp_path / "out"))
        read_until("30 of 80", f"{killed.url} is not there; trying again")
    process.send_signal(signal.SIGSTOP)  # so that rows are left, however long a start takes on this machine
    with Server(second, base / "models", port=int(killed.url.rsplit(":", 1)[1]), log=second / "log"):
        before = len(journal(tmp_path / "out"))
        process.send_signal(signal.SIGCONT)
        printed, error = process.communicate(timeout=240)
        assert process.returncode == 0, "".join(told) + error
        assert len(printed.split()) == ROWS
    lines = journal(tmp_path / "out")
    assert Counter(line["row"] for line in lines) == {row[0]: 1 for row in rows}
    assert {line["status"] for line in lines} == {"done"}
    assert any(line["server"] == killed.url for line in lines[before:]), "the server that came back must help again"
    for name, colour in rows:
        with Image.open(tmp_path / "out" / f"{name}.png") as picture:
            assert picture.size == (1400, 1400) and picture.getpixel((9, 9)) == (0, 0, colour)
    assert len(list((tmp_path / "out").iterdir())) == ROWS + 3  # journal, settings and lock
