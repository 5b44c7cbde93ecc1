"""Datasets in every layout, and the rows that no dataset should have."""

import io
import json
import zipfile

import numpy as np
import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.news import dataset, storage
from dancheong.nodes.news.picture import BrokenPicture, decode
from dancheong.nodes.news.record import Record, RefusedRow, title_and_content
from dancheong.nodes.news.report import kind, refusals
from dancheong.testing.scenes import news
from PIL import Image

COUNT = 24


@pytest.fixture(scope="module")
def found():
    return list(news.articles(COUNT, 1, (96, 64)))


def parquet(path, found):
    import pyarrow
    import pyarrow.parquet

    rows = [
        {"image": {"bytes": one.picture, "path": one.name}, "text": one.title, "topic": one.topic, "id": one.id}
        for one in found
    ]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def captioned(folder, found):
    for one in found:
        path = folder / one.topic / f"{one.id}{one.name[-4:]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.picture)
        path.with_suffix(".txt").write_text(one.title, encoding="utf-8")
    return folder


def sharded(folder, found):
    folder.mkdir()
    news.zipped(folder / "a-train.zip", found[:10])
    news.zipped(folder / "b-val.zip", found[10:], "metadata.csv")
    return folder


LAYOUTS = ("json", "jsonl folder", "csv folder", "jsonl zip", "csv zip", "parquet", "captions", "shards", "jsonl file")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_articles(found, tmp_path, layout):
    source = {
        "json": lambda: news.raw_json(tmp_path, found),
        "jsonl folder": lambda: news.image_folder(tmp_path, found),
        "csv folder": lambda: news.image_folder(tmp_path, found, "metadata.csv"),
        "jsonl zip": lambda: news.zipped(tmp_path / "a.zip", found),
        "csv zip": lambda: news.zipped(tmp_path / "a.zip", found, "metadata.csv"),
        "parquet": lambda: parquet(tmp_path / "a.parquet", found),
        "captions": lambda: captioned(tmp_path, found),
        "shards": lambda: sharded(tmp_path / "shards", found),
        "jsonl file": lambda: news.image_folder(tmp_path, found) / "metadata.jsonl",
    }[layout]()
    rows = list(dataset.records(source))
    assert dataset.count(source) == COUNT
    expected = {one.id: one for one in found}
    assert {row.id for row in rows} == set(expected)
    for row in rows:
        assert (row.title, row.topic, row.read()) == (
            expected[row.id].title,
            expected[row.id].topic,
            expected[row.id].picture,
        )
    if layout == "json":
        assert rows[0].content == found[0].content and rows[0].url == "https://example.com"
    if layout != "captions":
        assert [row.id for row in rows] == [one.id for one in found]


def test_titles_end_at_the_separator():
    assert title_and_content("제목 [SEP] 본문 [SEP] 더") == ("제목", "본문 [SEP] 더")
    assert title_and_content(" 제목뿐 ") == ("제목뿐", "")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"text": "제목", "img": "../up.jpg"}', "leads out of the dataset"),
        ('{"text": "제목", "img": "/etc/passwd"}', "leads out of the dataset"),
        ('{"text": "제목", "img": "C:\\\\secret.jpg"}', "leads out of the dataset"),
        ('{"text": "제목", "img": "..\\\\up.jpg"}', "leads out of the dataset"),
        ('{"text": "제목", "img": "link.jpg"}', "leads out of the dataset"),
        ('{"text": "제목", "img": "gone.jpg"}', "is not there"),
        ('{"text": "제목"}', "names no picture"),
        ('{"img": "good.jpg"}', "no title"),
        ('{"text": " [SEP] 본문", "img": "good.jpg"}', "no title"),
        ('["a list"]', "no record"),
        ('{"text": "제목", "img": ', "no JSON"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_bad_rows_are_refused_one_by_one(tmp_path, row, reason, packed):
    if packed and "link" in row:
        reason = "is not there"
    folder = tmp_path / "set"
    folder.mkdir()
    (tmp_path / "up.jpg").write_bytes(b"secret")
    Image.new("RGB", (8, 8)).save(folder / "good.jpg")
    (folder / "link.jpg").symlink_to(tmp_path / "up.jpg")
    good = '{"id": "last", "text": "제목", "img": "good.jpg"}'
    (folder / "metadata.jsonl").write_text(f"{row}\n\n{good}\n", encoding="utf-8")
    source = folder
    if packed:
        source = tmp_path / "set.zip"
        with zipfile.ZipFile(source, "w") as file:
            for name in ("good.jpg", "metadata.jsonl"):
                file.write(folder / name, name)
            file.writestr("../up.jpg", b"secret")  # a zip may well hold such a name
    rows = list(dataset.records(source))
    assert len(rows) == 2 and rows[1].id == "last"
    if isinstance(rows[0], Record):
        with pytest.raises(UserError, match=reason):
            rows[0].read()
    else:
        assert reason in rows[0].reason and "line 1" in rows[0].row


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ('[{"text": "가", "img": "a.jpg"}, {"text": "나", "img": "a.jpg"}]', "RR"),
        ('{"data": [{"text": "가", "img": "a.jpg"}, 5]}', "RX"),
        ('{ "data" : [\n{"text": "[가]", "img": "a.jpg"}\n]\n}', "R"),
        ('{"data": {"text": "가 [속보]", "img": "a.jpg"}}', "R"),
        ('{"text": "가 [속보]", "img": "a.jpg"}', "R"),
        ('{"version": 2, "data": [{"text": "가", "img": "a.jpg"}, 5]}', "RX"),
        ('{"data": [{"text": "가", "img": "a.jpg"}, {"te', "RX"),
        ('{"data": [', "X"),
        ("[]", ""),
        ("no json", "X"),
        ("", "X"),
    ],
)
def test_json_in_every_wrapping(tmp_path, text, kinds):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    (tmp_path / "news.json").write_text(text, encoding="utf-8")
    rows = list(dataset.records(tmp_path / "news.json"))
    assert "".join("R" if isinstance(row, Record) else "X" for row in rows) == kinds


def test_json_is_read_in_pieces(tmp_path, monkeypatch):
    from dancheong.nodes.news import json_file

    monkeypatch.setattr(json_file, "CHUNK", 20)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    rows = [{"id": str(number), "text": "긴 제목 " * number + '"] }', "img": "a.jpg"} for number in range(1, 40)]
    (tmp_path / "news.json").write_text(json.dumps({"data": rows}, ensure_ascii=False, indent=3), encoding="utf-8")
    read = list(dataset.records(tmp_path / "news.json"))
    assert [row.id for row in read] == [row["id"] for row in rows]
    assert [row.title for row in read] == [row["text"].strip() for row in rows]


def test_sources_that_are_none(tmp_path):
    with pytest.raises(UserError, match="There is no dataset"):
        list(dataset.records(tmp_path / "nothing"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"holds no dataset: expected metadata\.csv"):
        list(dataset.records(tmp_path / "empty"))
    for name, message in (("a.zip", "no zip file"), ("a.parquet", "no parquet file"), ("a.doc", "is no dataset")):
        (tmp_path / name).write_bytes(b"PK nonsense")
        with pytest.raises(UserError, match=message):
            list(dataset.records(tmp_path / name))


def test_what_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "LARGEST", 1000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("metadata.jsonl", '{"text": "제목", "file_name": "bomb.jpg"}')
        file.writestr("bomb.jpg", b"\0" * 5000)
    (row,) = dataset.records(tmp_path / "a.zip")
    with pytest.raises(UserError, match="larger than"):
        row.read()


def test_pictures_are_turned_and_broken_ones_said():
    file = io.BytesIO()
    picture = Image.new("RGB", (20, 10), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(file, "JPEG", exif=exif)
    assert decode(file.getvalue()).shape == (20, 10, 3)
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(whole, "PNG")
    for data in (b"", b"nonsense", whole.getvalue()[:500], whole.getvalue()[:-40]):
        with pytest.raises(BrokenPicture, match="the picture is broken"):
            decode(data)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("the file 'b.bmp' cannot be unpacked (Error -3: bad (data))", "the file cannot be unpacked"),
        ('the picture "it\'s.jpg" is not there', "the picture is not there"),
        ("it has 4 cells: expected 3", "it has 4 cells"),
    ],
)
def test_a_kind_is_what_rows_have_in_common(reason, expected):
    assert kind(reason) == expected


def test_reports_count_kinds_and_name_the_first():
    rows = [RefusedRow(f"row {number}", f"small picture ({number} px)") for number in range(30)]
    text = refusals("5 kept.", [*rows, RefusedRow("x", "it names no picture")])
    assert text.startswith("5 kept.\n31 refused: 30 x small picture; 1 x it names no picture.")
    assert "- row 19: small picture (19 px)" in text and "row 20:" not in text and text.endswith("- and 11 more")
    assert refusals("5 kept.", []) == "5 kept."
