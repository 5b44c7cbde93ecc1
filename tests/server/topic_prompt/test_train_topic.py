"""`dancheong train topic` through a real server: what was typed reaches the node; report, topic and log are left."""

import csv
import shutil

import pytest

SHORT = ("--topic", "경제", "--side", 64, "--steps", 2, "--batch", 1, "--vectors", 2)


@pytest.fixture
def leaves(base):
    """What runs leave in a base directory, of one test."""
    places = [
        base / "models" / "embeddings" / "trained",
        base / "output" / "topic_runs",
        base / "output" / "topic_latents",
    ]
    for place in places:  # templates leave some, too
        shutil.rmtree(place, ignore_errors=True)
    yield places
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


def test_a_topic_is_learned_on_the_command_line(cli, leaves, supplies):
    for name in ("v1-5-pruned-emaonly-fp16.safetensors", "my-korean-stable-diffusion-v1-5", "news_photos"):
        supplies.put(name)
    process = cli.start("train", "topic", "news_photos", *SHORT, "--server", cli.url, "--out", "learned")
    printed, error = process.communicate(timeout=240)
    assert process.returncode == 0, error
    assert "경제: 2 vectors" in printed
    assert "20 pictures of 20 rows" in printed
    assert {path.suffix for path in (cli.folder / "learned").iterdir()} == {".txt", ".png"}
    (topic,) = leaves[0].glob("경제_*.safetensors")
    log = leaves[1] / f"{topic.stem}.csv"
    assert [row["step"] for row in csv.DictReader(log.open(encoding="utf-8"))] == ["0", "1", "2"]
