"""What the pack makes lies beside a checkout, and never among installed packages."""

import os
from pathlib import Path

import pytest
from dancheong.nodes.ground import home


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "dancheong"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    return folder


def test_a_checkout_keeps_it_beside_itself(checkout):
    assert home.folder(checkout) == checkout


@pytest.mark.skipif(os.name == "nt", reason="another system's variable")
@pytest.mark.parametrize(
    ("named", "expected"),
    [("/data/mine", "/data/mine/dancheong"), ("", "~/.local/share/dancheong"), ("mine", "~/.local/share/dancheong")],
)
def test_an_installed_pack_keeps_it_with_the_user(tmp_path, monkeypatch, named, expected):
    monkeypatch.setenv("XDG_DATA_HOME", named)
    assert home.folder(tmp_path / "site-packages" / "dancheong") == Path(expected).expanduser()


def test_a_checkout_that_cannot_be_written_is_left_alone(checkout, monkeypatch):
    # The file system's own answer is no use here: the tests may run as root, who may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: not (Path(path) == checkout and mode == os.W_OK))
    assert home.folder(checkout) != checkout
