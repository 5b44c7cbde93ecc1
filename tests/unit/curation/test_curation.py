"""Curation: each rule, the resumable command, and runs that were killed."""

import csv
import io
import json
import random
from functools import cache

import numpy as np
import pytest
from dancheong.nodes.curation import Curation, Walk
from dancheong.nodes.curation.fingerprints import Seen, fingerprint
from dancheong.nodes.curation.standards import Standards
from dancheong.nodes.ground import UserError
from dancheong.nodes.news import dataset, read_picture
from dancheong.nodes.watermark import mark_file
from dancheong.testing.scenes import news, news_photos, odd_pictures
from dancheong.testing.scenes import watermark as scenes
from PIL import Image

WANTED = ("economy", "society", "science", "world")
MARKED = 3
"""Photographs whose mark is taken off."""
BODY = "한국은행이 기준금리를 동결했다. " * 10


@pytest.mark.parametrize(
    ("change", "article", "fault"),
    [
        ({}, ("economy", "제목", BODY), None),
        ({"topics": ("Economy",)}, ("economy", "제목", BODY), None),
        ({"topics": ("world",)}, ("economy", "제목", BODY), "unwanted topic (economy)"),
        ({}, ("economy", "제목", "짧은 본문"), "short article (4 of 100 letters)"),
        ({"min_content": 0}, ("economy", "제목", "짧은 본문"), None),
        ({}, ("economy", "제목", ""), None),
        (
            {},
            ("economy", "Title in English", "The bank keeps its rate. " * 10),
            "not Korean (0% of the letters are Hangul)",
        ),
        ({"min_hangul": 0.0}, ("economy", "Title in English", ""), None),
        ({}, ("economy", "AI 반도체 수출 GDP", ""), None),
    ],
)
def test_articles(change, article, fault):
    assert Standards(**change).article_fault(*article) == fault


def test_pictures():
    good = next(iter(news.articles(1, 0)))
    picture = np.asarray(Image.open(io.BytesIO(good.picture)))
    assert Standards().picture_fault(picture) is None
    assert Standards().picture_fault(picture[:200]) == "small picture (480 x 200 px, at least 256)"
    assert Standards().picture_fault(np.full((300, 300, 3), 7, np.uint8)) == "blank picture"
    moving = next(one for one in news.articles(20, 0) if one.fault == "animated")
    assert Standards().file_fault(read_picture(moving.picture)) == "animated picture"
    assert Standards(animated=True).file_fault(read_picture(moving.picture)) is None
    assert Standards().file_fault(read_picture(good.picture)) is None


def test_near_duplicates():
    pictures = [np.asarray(Image.open(io.BytesIO(one.picture))) for one in news.articles(40, 3) if not one.fault]
    seen = Seen(6)
    for number, picture in enumerate(pictures):
        assert seen.near(fingerprint(picture)) is None
        seen.add(fingerprint(picture), str(number))
    for number, picture in enumerate(pictures):
        smaller = np.asarray(Image.fromarray(picture).resize((300, 200)))
        assert seen.near(fingerprint(smaller)) == str(number)
    assert seen.take(fingerprint(pictures[0]), "again") == "near-duplicate picture (of 0)"
    every = Seen(-1)
    assert every.take(1, "a") is every.take(1, "b") is None


def test_relevance():
    assert Standards().relevance_fault(0.2) is None
    assert Standards().relevance_fault(0.1234) == "low relevance (0.123, at least 0.200)"
    assert Standards().relevance_fault(float("nan"))


def test_many_fingerprints_are_all_compared():
    seen = Seen(3)
    draw = random.Random(0)
    prints = [draw.getrandbits(64) for _ in range(3000)]
    for number, value in enumerate(prints):
        seen.add(value, str(number))
    assert seen.near(prints[2999] ^ 0b111) == "2999"
    assert seen.near(prints[7] ^ 0b1111) is None


def curate(*curation):
    return Walk(Curation(*curation)).finish(lambda done: None)


def outcome(folder):
    """Everything that a run leaves but its journal's own files."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "settings.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@cache
def written():
    return list(news.articles(120, 5, (384, 256)))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return news.raw_json(tmp_path_factory.mktemp("raw"), iter(written()))


@pytest.fixture(scope="module")
def straight(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("straight") / "out"
    counts = curate(source, out, Standards(topics=WANTED))
    return out, counts


def test_every_fault_is_found_and_every_good_article_kept(straight):
    out, counts = straight
    articles = written()
    with (out / "rejected.csv").open(encoding="utf-8-sig") as file:
        rejected = {row["id"]: row["reason"] for row in csv.DictReader(file)}
    says = {"topic": "unwanted topic", "short": "short article", "english": "not Korean", "small": "small picture",
            "animated": "animated picture", "same": "near-duplicate picture (of"}  # fmt: skip
    assert set(rejected) == {one.id for one in articles if one.fault}
    for one in articles:
        if one.fault:
            assert rejected[one.id].startswith(says[one.fault])
    assert counts["kept"] == sum(not one.fault for one in articles)
    assert sum(counts.values()) == 120


def test_the_result_is_a_dataset_again(straight):
    out, counts = straight
    kept = {one.id: one for one in written() if not one.fault}
    rows = list(dataset.records(out))
    assert [row.id for row in rows] == list(kept)
    for row in rows:
        one = kept[row.id]
        assert (row.title, row.topic, row.content, row.read()) == (one.title, one.topic, one.content, one.picture)
        assert (out / row.picture).with_suffix(".txt").read_text(encoding="utf-8") == one.title
    assert len(list((out / "images").glob("*.jpg"))) == counts["kept"]


def test_a_finished_run_does_nothing_more(source, straight):
    before = {path: path.stat().st_mtime_ns for path in (straight[0] / "images").iterdir()}
    counts = curate(source, straight[0], Standards(topics=WANTED))
    assert counts == straight[1]
    assert {path: path.stat().st_mtime_ns for path in (straight[0] / "images").iterdir()} == before


def test_other_rules_or_other_folders_are_refused(source, straight, tmp_path):
    with pytest.raises(UserError, match="another source or other rules"):
        curate(source, straight[0], Standards())
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="is not empty"):
        curate(source, tmp_path, Standards())
    with pytest.raises(UserError, match="There is no dataset"):
        curate(tmp_path / "nothing", tmp_path / "out", Standards())
    assert not (tmp_path / "out").exists()  # a mistyped source does not claim the folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Marked photographs as an image folder."""
    return news_photos.write(tmp_path_factory.mktemp("photos") / "marked", MARKED)


def test_marks_are_taken_off_and_it_is_said(true_mark, photos, tmp_path):
    file = tmp_path / "mark.safetensors"
    mark_file.write(file, true_mark)
    assert curate(photos, tmp_path / "out", Standards(duplicate_bits=-1), (file,))["kept"] == MARKED
    rows = [json.loads(line) for line in (tmp_path / "out" / "metadata.jsonl").read_text().splitlines()]
    values = []
    for row, truth in zip(rows, news_photos.truths()[:MARKED], strict=True):
        assert row["mark_removed"].startswith("unknown (un-blended")
        opened = Image.open(tmp_path / "out" / row["file_name"])
        assert "un-blended" in json.loads(opened.text["dancheong_watermark"])["mark_removed"]
        values.append(scenes.psnr(np.asarray(opened), truth))
    assert np.mean(values) > 33
    with pytest.raises(UserError, match=r"is no learned mark|damaged"):
        bad = tmp_path / "bad.safetensors"
        bad.write_bytes(b"nonsense")
        curate(photos, tmp_path / "other", Standards(), (bad,))


def test_a_cleaned_picture_keeps_its_profile(true_mark, photos, tmp_path):
    file = tmp_path / "mark.safetensors"
    mark_file.write(file, true_mark)
    wide, grey = (odd_pictures.profile(space) for space in (b"RGB ", b"GRAY"))
    folder = tmp_path / "set"
    folder.mkdir()
    row = next(dataset.records(photos))
    photo = Image.open(io.BytesIO(row.read()))
    photo.save(folder / "colour.png", icc_profile=wide)
    photo.convert("L").save(folder / "grey.png", icc_profile=grey)
    for name in ("colour", "grey"):
        (folder / f"{name}.txt").write_text(row.title, encoding="utf-8")
    out = tmp_path / "out"
    assert curate(folder, out, Standards(duplicate_bits=-1), (file,))["kept"] == 2
    rows = [json.loads(line) for line in (out / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    for row, profile, mode in zip(rows, (wide, grey), ("RGB", "L"), strict=True):
        assert row["mark_removed"]
        opened = Image.open(out / row["file_name"])
        assert opened.info["icc_profile"] == profile and opened.mode == mode
