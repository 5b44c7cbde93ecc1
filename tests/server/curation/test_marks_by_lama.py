"""`dancheong curate --watermark ... --lama`: the same files whatever works at them, and as the graph's LaMa fills."""

import json
import multiprocessing
import subprocess
import sys

import pytest
from dancheong.nodes.curation import Curation, Standards, Walk, on_cores
from dancheong.nodes.ground import UserError
from dancheong.nodes.watermark import mark_file
from dancheong.testing.models.lama import big_lama
from dancheong.testing.scenes import news_photos

COUNT = 6


def files(folder):
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.suffix != ".part"}


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Marked photographs, their mark, and a LaMa of random weights."""
    folder = tmp_path_factory.mktemp("given")
    mark_file.write(folder / "mark.safetensors", news_photos.true_mark())
    return (
        news_photos.write(folder / "photos", COUNT),
        (folder / "mark.safetensors",),
        big_lama(folder / "lama.safetensors"),
    )


@pytest.fixture(scope="module")
def straight(given, tmp_path_factory):
    """What one process makes of them."""
    source, marks, lama = given
    out = tmp_path_factory.mktemp("straight") / "out"
    standards = Standards(min_content=0, duplicate_bits=-1)
    assert (
        Walk(Curation(source, out, standards, marks, workers=1, lama=lama)).finish(lambda done: None)["kept"] == COUNT
    )
    return out


def test_what_fills_is_said_and_seen(given, straight, tmp_path):
    source, marks, _ = given
    rows = [json.loads(line) for line in (straight / "metadata.jsonl").read_text().splitlines()]
    assert all("filled by lama where that is simpler" in row["mark_removed"] for row in rows)
    standards = Standards(min_content=0, duplicate_bits=-1)
    Walk(Curation(source, tmp_path / "telea", standards, marks, workers=1)).finish(lambda done: None)
    same = [(straight / row["file_name"]).read_bytes() for row in rows]
    assert same != [(tmp_path / "telea" / row["file_name"]).read_bytes() for row in rows]
    with pytest.raises(UserError, match="holds results of another source or other rules"):
        Walk(Curation(source, straight, standards, marks, workers=1))


def test_two_processes_and_one_that_is_killed_make_the_same_files(given, straight, tmp_path, monkeypatch):
    monkeypatch.setattr(on_cores, "WORTH_SLOW", 3)
    monkeypatch.setattr(on_cores, "PIECE", 1)
    source, marks, lama = given
    killed = []

    def tell(done):
        if done == 1:
            child = multiprocessing.active_children()[0]
            child.kill()
            killed.append(child)

    standards = Standards(min_content=0, duplicate_bits=-1)
    Walk(Curation(source, tmp_path / "two", standards, marks, workers=2, lama=lama)).finish(tell)
    assert killed and files(tmp_path / "two") == files(straight)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--lama", "lama.safetensors"), "--lama fills the places of marks that are taken off: add --watermark"),
        (("--watermark", "mark.safetensors", "--lama", "mark.safetensors"), "not an inpainting model that spandrel"),
        (("--watermark", "mark.safetensors", "--lama", "gone.pt"), "gone.pt"),
    ],
)
def test_what_cannot_fill_is_one_sentence_and_claims_no_folder(root, given, tmp_path, options, told):
    source, (mark,), _ = given
    command = [sys.executable, str(root / "runner"), "curate", str(source), "--out", str(tmp_path / "out"), *options]
    done = subprocess.run(command, cwd=mark.parent, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and told in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not (tmp_path / "out").exists()
