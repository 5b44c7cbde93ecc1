"""A curated dataset as shards: the rows of the image folder, whole or not at all, whatever stops the run."""

import io
import json
import shutil
import tarfile

import pytest
from dancheong.nodes.curation import Curation, Standards, Walk, shards
from dancheong.nodes.ground import UserError
from dancheong.nodes.ground.journal import LOCK
from dancheong.nodes.news import RefusedRow, count, records
from dancheong.nodes.news.foreign import DamagedFile
from dancheong.testing.scenes import news

ARTICLES = 40
LOOSE = Standards(min_side=0, min_content=0)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(shards, "PICTURES", 10)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return news.raw_json(tmp_path_factory.mktemp("raw"), news.articles(ARTICLES, 7, (64, 48)))


def curate(source, out, form="folder", workers=1, stop=0):
    def tell(done):
        if done == stop:
            raise KeyboardInterrupt

    return Walk(Curation(source, out, LOOSE, workers=workers, form=form)).finish(tell)


def rows(folder):
    """What our own reader says of each row, with its picture."""
    found = list(records(folder))
    assert not [row for row in found if isinstance(row, RefusedRow)]
    return [(row.id, row.topic, row.title, row.content, row.url, row.read()) for row in found]


def files(folder):
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.name != "settings.json"}


@pytest.mark.parametrize("form", ["webdataset", "parquet"])
def test_shards_hold_the_rows_of_the_image_folder_whatever_stops_the_run(source, tmp_path, form):
    counts = curate(source, tmp_path / "folder")
    assert counts["kept"] > 20
    assert curate(source, tmp_path / "straight", form, workers=3) == counts
    assert rows(tmp_path / "straight") == rows(tmp_path / "folder")
    for stop in (5, 21):
        with pytest.raises(KeyboardInterrupt):
            curate(source, tmp_path / "stopped", form, stop=stop)
    assert list(tmp_path.glob("stopped/images/*")), "pictures wait for their shard"
    # A run that ends between a shard and its pictures' going.
    first = next(tmp_path.glob("straight/news-00002.*"))
    shutil.copy(first, tmp_path / "stopped")
    curate(source, tmp_path / "stopped", form)
    curate(source, tmp_path / "stopped", form)  # nothing is left to do
    assert files(tmp_path / "stopped") == files(tmp_path / "straight")
    assert len(list(tmp_path.glob("straight/news-*"))) == -(-counts["kept"] // 10)
    assert not list(tmp_path.glob("straight/images/*"))
    with pytest.raises(UserError, match="other rules"):
        curate(source, tmp_path / "straight")


def test_a_shard_that_cannot_be_written_loses_nothing(source, tmp_path, monkeypatch):
    curate(source, tmp_path / "straight", "webdataset")
    write = tarfile.TarFile.addfile

    def full(tar, member, data=None):
        if member.name == "0000014.json":
            raise OSError(28, "No space left on device")
        return write(tar, member, data)

    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(UserError, match=r"news-00001.tar could not be written \(No space left on device\)"):
        curate(source, tmp_path / "out", "webdataset")
    assert [path.name for path in tmp_path.glob("out/*.tar")] == ["news-00000.tar"]
    assert [path.name for path in tmp_path.glob("out/.*.part")] == [LOCK]
    monkeypatch.undo()
    monkeypatch.setattr(shards, "PICTURES", 10)
    curate(source, tmp_path / "out", "webdataset")
    assert files(tmp_path / "out") == files(tmp_path / "straight")


def test_a_shard_that_was_taken_away_is_told_and_nothing_is_made_in_its_place(source, tmp_path):
    curate(source, tmp_path, "webdataset")
    (tmp_path / "news-00001.tar").unlink()
    with pytest.raises(UserError, match=r"news-00001.tar is not there any more, nor are the pictures"):
        curate(source, tmp_path, "webdataset")
    assert not (tmp_path / "news-00001.tar").exists() and (tmp_path / "news-00000.tar").exists()


def test_every_sample_of_a_tar_has_the_same_endings(source, tmp_path):
    curate(source, tmp_path, "webdataset")
    names = []
    for path in sorted(tmp_path.glob("*.tar")):
        with tarfile.open(path) as tar:
            names += tar.getnames()
    assert [name.partition(".")[2] for name in names] == ["jpg", "json", "txt"] * (len(names) // 3)
    assert names == sorted(names)


def test_a_damaged_tar_costs_what_is_damaged_and_no_more(source, tmp_path):
    curate(source, tmp_path / "out", "webdataset")
    whole = (tmp_path / "out" / "news-00000.tar").read_bytes()
    path = tmp_path / "cut.tar"
    path.write_bytes(whole)
    good = rows(path)
    with tarfile.open(path) as tar:
        headers = [member.offset for member in tar]
    for cut in (headers[6], headers[6] + 100, headers[7] + 700, headers[6] - 700):
        path.write_bytes(whole[:cut])
        *read, last = records(path)
        assert [row.id for row in read] == [row[0] for row in good[: len(read)]] and len(read) in (1, 2)
        assert isinstance(last, RefusedRow) and last.row == "the rest of cut.tar" and "get it again" in last.reason
        assert count(path) == len(read) + 1
    path.write_bytes(whole[: headers[6]] + b"x" * 512 + whole[headers[6] + 512 :])
    assert [type(row).__name__ for row in records(path)] == ["Record", "Record", "RefusedRow"]
    for data in (b"", b"no tar file", b"\0" * 99):
        path.write_bytes(data)
        with pytest.raises(DamagedFile, match=r"cut\.tar is damaged or no tar file"):
            list(records(path))


def test_tar_files_of_others(tmp_path):
    """Captions in .txt alone, folders in names, damaged JSON, samples without picture or text, a link."""
    samples = {
        "a/1.jpg": b"1", "a/1.txt": "하나".encode(), "a/2.webp": b"2", "a/2.json": b'{"caption": "two", "id": 22}',
        "a/3.png": b"3", "a/3.json": b"{", "a/4.txt": b"four", "b/4.jpg": b"4", "b/5.jpg": b"5", "b/5.txt": b"five",
        "b/5.cls": b"0",
    }  # fmt: skip
    with tarfile.open(tmp_path / "theirs.tar", "w") as tar:
        for name, data in samples.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("b/6.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    read = list(records(tmp_path / "theirs.tar"))
    assert count(tmp_path) == len(read)
    told = [row.reason if isinstance(row, RefusedRow) else (row.id, row.title, row.read()) for row in read]
    assert told[:2] == [("1", "하나", b"1"), ("22", "two", b"2")] and told[-1] == ("5", "five", b"5")
    assert "its .json is damaged" in told[2]
    assert told[3:5] == ["it holds no picture", "it has no title: expected a .txt, or a text in its .json"]
    assert len(told) == 6
    # Beside a zip file it is another dataset, which is said.
    assert json.dumps([row.id for row in records(tmp_path) if not isinstance(row, RefusedRow)]) == '["1", "22", "5"]'
