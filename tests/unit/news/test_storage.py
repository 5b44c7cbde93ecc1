"""Names and containers: found whatever system wrote them, and never outside of the dataset."""

import os
import pickle
import shutil
import tempfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.news import RefusedRow, dataset
from dancheong.testing.scenes import odd_pictures
from PIL import Image

NAME = "\uad11\ud654\ubb38.jpg"
NFD = unicodedata.normalize("NFD", NAME)
PICTURE = odd_pictures.saved(Image.new("RGB", (8, 8)), "JPEG")


def table(*names):
    return "".join(f'{{"file_name": "{name}", "text": "T"}}\n' for name in names)


def told(source):
    return [f"X {row.reason}" if isinstance(row, RefusedRow) else row.read() for row in dataset.records(source)]


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        (NAME, NFD),
        (NFD, NAME),
        ("IMG_1.JPG", "img_1.jpg"),
        ("\uac00/b.jpg", "\u1100\u1161\\B.JPG"),
        ("a.jpg", "./a.jpg"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_name_is_found_in_another_form_or_case(tmp_path, stored, named, packed):
    named = named.replace("\\", "\\\\")
    if packed:
        with zipfile.ZipFile(tmp_path / "a.ZIP", "w") as file:
            file.writestr("metadata.jsonl", table(named))
            file.writestr(stored, PICTURE)
        assert told(tmp_path / "a.ZIP") == [PICTURE]
        return
    (tmp_path / stored).parent.mkdir(exist_ok=True)
    (tmp_path / stored).write_bytes(PICTURE)
    (tmp_path / "metadata.jsonl").write_text(table(named), encoding="utf-8")
    assert told(tmp_path) == [PICTURE]


def test_a_name_that_two_files_have_is_neither(tmp_path):
    for name in ("a.jpg", "A.jpg"):
        (tmp_path / name).write_bytes(PICTURE)
    (tmp_path / "metadata.jsonl").write_text(table("A.JPG", "A.jpg"))
    refused, good = told(tmp_path)
    assert "may be 'A.jpg' and 'a.jpg'" in refused or "may be 'a.jpg' and 'A.jpg'" in refused
    assert good == PICTURE


def test_names_in_cp949_on_a_disk(tmp_path):
    name = os.fsdecode("\uc11c\uc6b8.jpg".encode("cp949"))
    (tmp_path / name).write_bytes(PICTURE)
    (tmp_path / "metadata.jsonl").write_text(table("\uc11c\uc6b8.jpg"), encoding="utf-8")
    assert told(tmp_path) == [PICTURE]
    (tmp_path / "metadata.jsonl").unlink()
    (tmp_path / name).with_suffix(".txt").write_text("T")
    (row,) = dataset.records(tmp_path)
    assert row.id == "\uc11c\uc6b8" and row.read() == PICTURE


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_names_in_a_zip_that_does_not_say_their_encoding(tmp_path, encoding):
    raw = NAME.encode(encoding)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("metadata.jsonl", table(NAME))
        file.writestr("~" * len(raw), PICTURE)
    path = tmp_path / "a.zip"
    path.write_bytes(path.read_bytes().replace(b"~" * len(raw), raw))
    assert told(path) == [PICTURE]


def test_what_systems_leave_behind_is_no_row(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for name in ("set/1.jpg", "__MACOSX/set/._1.jpg", "set/._2.jpg", ".ipynb_checkpoints/metadata.csv"):
            file.writestr(name, PICTURE)
        for name in ("set/1.txt", "__MACOSX/set/._1.txt", "set/.DS_Store"):
            file.writestr(name, "T")
    assert told(tmp_path / "a.zip") == [PICTURE]
    zipfile.ZipFile(tmp_path / "a.zip").extractall(tmp_path / "out")
    assert told(tmp_path / "out") == [PICTURE]


@pytest.mark.parametrize("named", ["1.jpg", "images/1.jpg", "train/images/1.jpg"])
@pytest.mark.parametrize("stored", ["1.jpg", "images/1.jpg"])
def test_the_pictures_of_a_table_may_lie_in_a_zip_beside_it(tmp_path, named, stored):
    below = tmp_path / "train" if named.startswith("train") else tmp_path
    below.mkdir(exist_ok=True)
    with zipfile.ZipFile(below / "images.zip", "w") as file:
        file.writestr(stored, PICTURE)
    (tmp_path / "metadata.jsonl").write_text(table(named, "2.jpg"))
    first, second = told(tmp_path)
    assert first == PICTURE and second == "X the picture '2.jpg' is not there"
    assert dataset.left(tmp_path) == []
    (below / "images.zip").write_bytes(b"PK nonsense")
    assert "is damaged or no zip file" in told(tmp_path)[0]


def test_a_stray_backup_replaces_no_table_and_is_told(tmp_path):
    (tmp_path / "1.jpg").write_bytes(PICTURE)
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as file:
        file.writestr("metadata.jsonl", table("1.jpg", "1.jpg"))
        file.writestr("1.jpg", PICTURE)
    for name in ("news.json", "metadata.jsonl"):
        (tmp_path / name).write_text(table("1.jpg"))
        assert told(tmp_path) == [PICTURE] and dataset.count(tmp_path) == 1
        assert "backup.zip" in dataset.left(tmp_path)
    assert dataset.left(tmp_path) == ["news.json", "backup.zip"]
    (tmp_path / "metadata.csv").write_text("file_name,text\n1.jpg,T\n")
    assert told(tmp_path) == [PICTURE] and "metadata.csv" in dataset.left(tmp_path)


def test_a_stray_backup_replaces_no_captions(tmp_path):
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as file:
        file.writestr("1.jpg", PICTURE)
        file.writestr("1.txt", "T")
    (tmp_path / "cover.jpg").write_bytes(b"without a caption")
    assert told(tmp_path) == [PICTURE] and dataset.left(tmp_path) == []
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "2.jpg").write_bytes(PICTURE)
    (tmp_path / "a" / "2.TXT").write_text("U")
    assert [row.title for row in dataset.records(tmp_path) if not isinstance(row, RefusedRow)] == ["U"]
    assert dataset.left(tmp_path) == ["backup.zip"]


def test_a_damaged_shard_costs_itself(tmp_path):
    for name in ("a.zip", "c.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            file.writestr("metadata.jsonl", table("1.jpg"))
            file.writestr("1.jpg", PICTURE)
    (tmp_path / "b.zip").write_bytes(b"PK nonsense")
    (tmp_path / "d.parquet").write_bytes(b"PAR1 nonsense")
    (tmp_path / "dataset_info.json").write_text('{"splits": {}}')
    found = told(tmp_path)
    assert (
        sorted(one for one in found if one == PICTURE) == [PICTURE] * 2 and len(found) == dataset.count(tmp_path) == 4
    )
    assert sum("is damaged or no" in one for one in found if isinstance(one, str)) == 2


def test_links_lead_nowhere_else_and_end(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(PICTURE)
    (folder / "1.jpg").write_bytes(PICTURE)
    (folder / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "pipe.jpg")
    (folder / "metadata.jsonl").write_text(table("1.jpg", "loop.jpg", "pipe.jpg", "again/1.jpg", "out.jpg"))
    rows = list(dataset.records(folder))
    assert [isinstance(row, RefusedRow) for row in rows] == [False, True, True, False, False]
    assert rows[3].read() == PICTURE
    with pytest.raises(UserError, match="leads out of the dataset"):
        rows[4].read()
    (folder / "metadata.jsonl").unlink()
    assert len(list(dataset.records(folder))) == 2  # without a text each; pipes and loops are no files


def test_a_table_that_cannot_be_unpacked_any_more_keeps_what_it_gave(tmp_path):
    path = tmp_path / "a.zip"
    rows = "".join(f'{{"file_name": "1.jpg", "text": "{os.urandom(40).hex()}"}}\n' for _ in range(5000))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("1.jpg", PICTURE)
        file.writestr("metadata.jsonl", rows)
    data = bytearray(path.read_bytes())
    data[-60_000:-59_900] = bytes(100)
    path.write_bytes(data)
    found = told(path)
    assert "cannot be unpacked" in found[-1] and dataset.count(path) == len(found)
    assert found.count(PICTURE) > 1000


def test_a_folder_that_is_closed_is_told():
    place = Path(tempfile.mkdtemp())  # pytest's own folders are closed to everyone else
    try:
        for folder in ("open", "closed"):
            (place / folder).mkdir()
            (place / folder / "1.jpg").write_bytes(PICTURE)
            (place / folder / "1.txt").write_text("T")
        place.chmod(0o755)
        (place / "closed").chmod(0)
        (place / "open" / "2.jpg").touch(0)
        (place / "open" / "2.txt").write_text("U")
        root = os.geteuid() == 0
        os.seteuid(65534) if root else None
        try:
            told_folder, good, locked = dataset.records(place)
            assert dataset.count(place) == 3 and good.read() == PICTURE
            with pytest.raises(UserError, match=r"the file 'open/2\.jpg' cannot be read .Permission denied"):
                locked.read()
        finally:
            os.seteuid(0) if root else None
        assert (told_folder.row, told_folder.reason[:20]) == ("closed", "the folder is closed")
    finally:
        (place / "closed").chmod(0o755)
        shutil.rmtree(place)


def test_a_link_out_of_the_folder_is_not_walked(tmp_path):
    folder, other = tmp_path / "set", tmp_path / "other"
    for place in (folder, other):
        place.mkdir()
        (place / "1.jpg").write_bytes(PICTURE)
        (place / "1.txt").write_text("T")
    (folder / "away").symlink_to(other)
    assert told(folder) == [PICTURE]


def test_rows_go_to_other_processes(tmp_path):
    """As paths and names: of a zip file that is open here, too."""
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as file:
        file.writestr("b.jpg", PICTURE)
    (tmp_path / NAME).write_bytes(PICTURE)
    (tmp_path / "metadata.jsonl").write_text(table(NFD, "b.jpg"), encoding="utf-8")
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("metadata.jsonl", table("b.jpg"))
        file.writestr("b.jpg", PICTURE)
    rows = [*dataset.records(tmp_path), *dataset.records(packed)]
    sent = [pickle.dumps(row) for row in rows]
    assert all(PICTURE not in row for row in sent)
    assert [pickle.loads(row).read() for row in sent] == [PICTURE] * 3


def test_pieces_are_the_dataset(tmp_path):
    """Read one by one they give what is read at once, also where one is damaged half-way."""
    for number in range(2):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as file:
            file.writestr("metadata.jsonl", table("b.jpg", "c.jpg"))
            file.writestr("b.jpg", PICTURE)
    (tmp_path / "2.zip").write_bytes(b"no zip file")
    first, places = dataset.pieces(tmp_path)
    assert (first, [place.name for place in places]) == ([], ["0.zip", "1.zip", "2.zip"])
    rows = [list(dataset.piece_records(place)) for place in places]
    assert [len(found) for found in rows] == list(map(dataset.piece_count, places)) == [2, 2, 1]
    assert dataset.count(tmp_path) == 5
    apart = [getattr(row, "reason", "") for found in rows for row in found]
    assert apart == [getattr(row, "reason", "") for row in dataset.records(tmp_path)] and "damaged" in apart[4]
    assert dataset.pieces(tmp_path / "0.zip") == ([], [tmp_path / "0.zip"])
