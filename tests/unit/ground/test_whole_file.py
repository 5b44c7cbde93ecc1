"""A file is there in full or not at all."""

import os
import re

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.ground.whole_file import new_part, write_whole


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "new" / "file.bin"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(path.parent) == ["file.bin"]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "file.bin"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, "text is no bytes")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file.bin"]


def test_a_full_disk_leaves_nothing(tmp_path):
    # A real out-of-space answer of the kernel, not an imitation.
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    path = tmp_path / "file.bin"
    real_open = open
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("builtins.open", lambda name, *rest, **more: real_open("/dev/full", "wb", buffering=0))
        with pytest.raises(UserError, match=r"No space left.*free space, or choose another place\."):
            write_whole(path, b"data")
        with pytest.raises(UserError, match=rf"^{re.escape(str(tmp_path))} could not be written"):
            write_whole(tmp_path / new_part(), b"data")  # the name of a part tells nobody anything
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows counts letters, not bytes")
def test_a_name_may_have_all_the_bytes_that_are_allowed(tmp_path):
    """83 letters of Hangul and an ending are 253 bytes of 255; what it is called meanwhile is short."""
    path = tmp_path / ("\uac00" * 83 + ".txt")
    write_whole(path, b"data")
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    with pytest.raises(UserError, match="File name too long"):
        write_whole(tmp_path / ("\uac00" * 90 + ".txt"), b"data")
    assert len(list(tmp_path.iterdir())) == 1
