"""Whatever a user's copy of JourneyDB lacks costs its own row, and is counted."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.retrieval.journey import dataset, files, record
from dancheong.testing.scenes import journey


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    return journey.write(tmp_path_factory.mktemp("journey") / "valid")


def read(path):
    """Rows, and (line, reason) of what is none."""
    source = files.find(path)
    found = list(dataset.rows(source))
    rows = [each for each in found if isinstance(each, record.Row)]
    return source, rows, [(each.number, each.reason) for each in found if isinstance(each, dataset.Refused)]


def test_a_split_is_read_in_its_order_with_its_pictures(split):
    source, rows, refused = read(split)
    records = journey.rows(8)
    assert refused == [] and [row.number for row in rows] == list(range(1, 9))
    for row, given in zip(rows, records, strict=True):
        assert (row.prompt, row.caption, list(row.styles)) == (
            given["prompt"], given["Task2"]["Caption"], given["Task1"]["Style"]
        )  # fmt: skip
        assert json.loads(record.as_json(row))[0] == {"Group": "Content-QA", **given["Task3"]["Content-QA"][0]}
    shares = []
    got = {row.number: data for row, data in dataset.with_pictures(source, rows, shares.append)}
    assert got == {number: journey.drawn(given) for number, given in enumerate(records, 1)}
    assert 0.5 < sum(shares) <= 1.0 + 1e-6
    assert [row.number for row in dataset.some(source, 3, 2)] == [4, 5]


def test_every_way_to_pack_the_lines_is_read(split, tmp_path):
    lines = "".join(json.dumps(each) + "\n" for each in journey.rows(8)).encode()
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines))
    journey.tgz(tmp_path / "c.jsonl.tgz", {"._c.jsonl": b"mac", "c.jsonl": lines})
    journey.tgz(tmp_path / "d.jsonl.tar.gz", {"some/folder/d.jsonl": lines})
    expected = read(split)[1]
    for path in tmp_path.iterdir():
        assert read(path)[1:] == (expected, []), path.name


LABELS = [
    ({}, ("", (), 0)),
    ({"Task2": None, "Task1": None, "Task3": None}, ("", (), 0)),
    ({"Task2": {"Caption": None}, "Task1": {"Style": "ink, ink , fog"}}, ("", ("ink", "fog"), 0)),
    ({"Task2": {"Caption": "n/a"}, "Task1": {"Style": [None, 3, "ink"]}}, ("", ("ink",), 0)),
    ({"Task2": {"Caption": "none"}}, ("", (), 0)),
    ({"Task2": {"Caption": "……"}}, ("", (), 0)),
    ({"Task2": {"Caption": "가을"}}, ("가을", (), 0)),
    ({"Task2": {"Caption": "꽃"}}, ("", (), 0)),
    ({"Task2": {"Caption": "\u1101\u1169\u11be"}}, ("", (), 0)),
    ({"Task2": {"Caption": "고양이 두 마리"}, "Task3": [{"Question": "?"}]}, ("고양이 두 마리", (), 1)),
    ({"Task3": {"x": [{"Question": "?", "Options": ["a", "b"], "Answer": "A"}, 7, None]}}, ("", (), 3)),
    ({"Task3": {"x": [{"Question": "?", "Options": {"A": "a", "B": "b"}, "Answer": "E"}]}}, ("", (), 1)),
]


@pytest.mark.parametrize(("labels", "expected"), LABELS)
def test_labels_that_are_missing_cost_themselves(labels, expected):
    row = record.read(1, json.dumps({"img_path": "./000/a.jpg", "prompt": "x", **labels}))
    assert (row.caption, row.styles, row.lost) == expected and row.questions == ()


@pytest.mark.parametrize(
    "line",
    ['{"img_path": "./000/a', "[]", "null", "{}", '{"img_path": 3}', '{"img_path": "../../x.jpg"}', "[" * 100_000,
     '{"img_path": "/x.jpg"}'],
)  # fmt: skip
def test_a_line_that_is_no_row_is_a_reason(line):
    assert isinstance(record.read(1, line), str)


def test_halves_of_characters_and_odd_letters_stay_writable():
    row = record.read(1, '{"img_path": "./0/a.jpg", "prompt": "\\ud83d cat \\ud55c"}')
    assert row.prompt == "? cat 한"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("ending", [".jsonl.gz", ".jsonl.tgz"])
def test_annotations_that_break_off_give_what_they_have(tmp_path, ending, cut):
    lines = "".join(f"{json.dumps(each)}\n" for each in journey.rows(400)).encode()
    path = tmp_path / f"a{ending}"
    path.write_bytes(gzip.compress(lines, 1)) if ending == ".jsonl.gz" else journey.tgz(path, {"a.jsonl": lines})
    path.write_bytes(path.read_bytes()[: int(cut * path.stat().st_size)])
    _, rows, refused = read(path)
    assert len(rows) < 400 and rows == read_whole(lines)[: len(rows)]
    assert refused[-1][1].startswith("the file breaks off here") and len(refused) <= 2


def read_whole(lines):
    return [record.read(number, line) for number, line in enumerate(lines.decode().splitlines(), 1)]


def test_missing_and_broken_shards_cost_their_rows(split, tmp_path):
    import shutil

    folder = tmp_path / "valid"
    shutil.copytree(split, folder)
    (folder / "imgs" / "001.tgz").unlink()
    whole = (folder / "imgs" / "000.tgz").read_bytes()
    (folder / "imgs" / "000.tgz").write_bytes(whole[: len(whole) // 2])
    source, rows, _ = read(folder)
    got = {row.number: data for row, data in dataset.with_pictures(source, rows)}
    assert {number for number, data in got.items() if data == "its shard is missing (001.tgz)"} == {2, 4, 6, 8}
    broken = [got[number] for number in (1, 3, 5, 7) if isinstance(got[number], str)]
    assert broken and set(broken) == {"its shard breaks off before it (000.tgz)"}
    assert isinstance(got[1], bytes)


def test_a_shard_that_may_not_be_read_is_no_broken_one(split, monkeypatch):
    locked = split / "imgs" / "000.tgz"

    def opened(path, mode):
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return open(path, mode)

    monkeypatch.setattr(files, "open", opened, raising=False)
    source, rows, _ = read(split)
    got = {row.number: data for row, data in dataset.with_pictures(source, rows)}
    refused = {data for data in got.values() if isinstance(data, str)}
    assert refused == {"its shard cannot be read (000.tgz): look at its rights"}
    assert isinstance(got[2], bytes)


def test_pictures_may_lie_loose_or_in_one_archive(split, tmp_path, monkeypatch):
    records = journey.rows(8)
    loose = tmp_path / "loose"
    for each in records:
        (loose / "imgs" / each["img_path"]).parent.mkdir(parents=True, exist_ok=True)
        (loose / "imgs" / each["img_path"]).write_bytes(journey.drawn(each))
    (loose / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    source, rows, _ = read(loose)
    assert all(isinstance(data, bytes) for _, data in dataset.with_pictures(source, rows))
    locked = loose / "imgs" / records[2]["img_path"]

    def read_bytes(path, real=Path.read_bytes):
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", read_bytes)
        got = {row.number: data for row, data in dataset.with_pictures(source, rows)}
    assert len(got) == 8 and got[3] == "it could not be read (Permission denied)" and isinstance(got[4], bytes)
    test = tmp_path / "test"
    journey.tgz(test / "imgs.tgz", {f"imgs/{each['img_path'][6:]}": journey.drawn(each) for each in records})
    lines = "".join(json.dumps(each) + "\n" for each in records).encode()
    journey.tgz(test / "test_questions.jsonl.tgz", {"test_questions.jsonl": lines})
    source, rows, _ = read(test)
    assert {row.number for row, data in dataset.with_pictures(source, rows) if isinstance(data, bytes)} == {
        *range(1, 9)
    }


def test_what_is_no_split_is_one_sentence(split, tmp_path):
    (tmp_path / "picture.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=r"picture.jpg is no file of annotations: expected .jsonl"):
        files.find(tmp_path / "picture.jpg")
    with pytest.raises(UserError, match="There is no dataset 'nothing': expected a file or a folder"):
        files.find(tmp_path / "nothing")
    with pytest.raises(UserError, match="holds no annotations"):
        files.find(tmp_path)
    for name in ("train/train_anno.jsonl", "valid/valid_anno.jsonl", "train/train_anno_realease_repath.jsonl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    with pytest.raises(UserError, match=r"2 files of annotations \(train/train_anno_realease_repath.jsonl, valid"):
        files.find(tmp_path)


def test_pictures_of_one_name_in_two_folders_are_two(tmp_path):
    paths = ["000/a/1.jpg", "000/b/1.jpg", "001/1.jpg", "002/1.jpg"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"img_path": path}) + "\n" for path in paths))
    with tarfile.open(tmp_path / "imgs.tgz", "w:gz") as archive:
        for path in reversed(paths[:3]):
            member = tarfile.TarInfo(f"./imgs/{path}")
            member.size = len(path)
            archive.addfile(member, io.BytesIO(path.encode()))
    source, rows, _ = read(tmp_path)
    got = {row.picture: data for row, data in dataset.with_pictures(source, rows)}
    found = {path: path.encode() for path in paths[:3]}
    assert got == found | {"002/1.jpg": "it is not in its shard (imgs.tgz)"}
    (tmp_path / "imgs.tgz").unlink()
    got = {row.picture: data for row, data in dataset.with_pictures(source, rows)}
    assert got == {path: f"its shard is missing ({path[:3]}.tgz)" for path in paths}


@pytest.mark.parametrize("path", ["000/" + "a" * 300 + ".jpg", "a" * 300 + "/1.jpg", "000/\0.jpg", "000/", "..."])
def test_a_name_that_no_file_can_have_costs_its_row(tmp_path, path):
    (tmp_path / "imgs" / "000").mkdir(parents=True)
    (tmp_path / "imgs" / "000" / "1.jpg").write_bytes(b"1")
    lines = [json.dumps({"img_path": each}) for each in (path, "000/1.jpg")]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    source, rows, _ = read(tmp_path)
    got = {row.number: data for row, data in dataset.with_pictures(source, rows)}
    assert isinstance(got[1], str) and got[2] == b"1"
