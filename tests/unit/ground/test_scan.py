"""A folder scan outlives whatever lies in a folder: each bad entry costs itself."""

import os
import sys
import time

import pytest
from dancheong.nodes.ground import scan
from dancheong.testing.rights import ordinary
from dancheong.testing.scenes import odd_folder

if sys.platform == "win32":
    pytest.skip("links, pipes and rights of POSIX", allow_module_level=True)


MANY = 1000


def found(root):
    return {str((folder / name).relative_to(root)) for folder, names in scan.walk(root) for name in names}


@pytest.fixture
def odd(tmp_path):
    folder = tmp_path / "odd"
    odd_folder.fill(folder, MANY)
    yield folder
    odd_folder.open_up(folder)


def test_an_odd_folder_gives_its_files_and_nothing_else(odd):
    (odd / "zz").mkdir()
    (odd / "zz" / "good.pt").touch()
    with ordinary():
        with pytest.raises(PermissionError):
            list((odd / "locked0").iterdir())
        start = time.monotonic()
        names = found(odd)
        seconds = time.monotonic() - start
    assert "zz/good.pt" in names and f"many/{MANY - 1}.safetensors" in names and "linked.pt" in names
    assert f"{'n' * 252}.pt" in names and "unreadable.pt" in names and "empty.PT" in names
    assert os.fsdecode(b"no-utf8-\xff\xfe.pt") in names
    assert not any(word in name for name in names for word in ("pipe", "socket", "dangling", "device", "locked0"))
    assert len([name for name in names if name.startswith("many/")]) == MANY
    assert seconds < 20  # not the 16 million ways through eight folders that all link to each other


def test_links_to_folders_are_followed_under_every_name(tmp_path):
    real, root = tmp_path / "elsewhere", tmp_path / "root"
    (real / "inner").mkdir(parents=True)
    (real / "inner" / "model.bin").touch()
    root.mkdir()
    for name in ("one", "two"):
        (root / name).symlink_to(real)
    (root / "own").mkdir()
    (root / "own" / "model.bin").touch()
    (root / "again").symlink_to(root / "own")
    assert found(root) == {"one/inner/model.bin", "two/inner/model.bin", "own/model.bin", "again/model.bin"}


def test_a_loop_of_links_ends_and_hides_nothing(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.bin").touch()
    (tmp_path / "a" / "b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "a").symlink_to(tmp_path / "a")
    (tmp_path / "b" / "top").symlink_to(tmp_path)
    assert {"a/model.bin", "b/model.bin", "a/b/model.bin", "b/a/model.bin"} <= found(tmp_path)
    assert all(name.count("/") < 5 for name in found(tmp_path))


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    assert found(tmp_path / "none") == set() and scan.files(tmp_path / "none") == []


def test_numbers_in_names_count_as_numbers():
    names = ["1.png", "1\u00b23.png", "2.png", "10.png", "a2.png", "a10.png", "B.png"]
    assert sorted(set(names), key=scan.natural) == names
