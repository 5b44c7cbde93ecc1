"""`dancheong train story` through a real server: what was typed reaches the node; report, file and log are left."""

import csv
import shutil

import pytest


@pytest.fixture
def leaves(base):
    """Where runs leave their file and their log in a base directory; emptied after the test."""
    places = [base / "models" / "storygen" / "trained", base / "output" / "story_runs"]
    yield places
    for place in (*places, base / "output" / "story_latents"):
        shutil.rmtree(place, ignore_errors=True)


def test_stories_are_learned_on_the_command_line(cli, leaves, supplies):
    for name in ("v1-5-pruned-emaonly-fp16.safetensors", "stories"):
        supplies.put(name)
    short = ("--side", 64, "--steps", 2, "--batch", 1, "--name", "숲")
    process = cli.start("train", "story", "stories", *short, "--server", cli.url, "--out", "learned")
    printed, error = process.communicate(timeout=240)
    assert process.returncode == 0, error
    assert "3 stories of 12 pictures" in printed
    assert "Kept in models/storygen as trained/숲_001.safetensors" in printed
    assert {path.suffix for path in (cli.folder / "learned").iterdir()} == {".txt", ".png"}
    trained, runs = leaves
    assert (trained / "숲_001.safetensors").is_file()
    log = (runs / "숲_001.csv").open(encoding="utf-8")
    assert [row["step"] for row in csv.DictReader(log)] == ["0", "1", "2"]
