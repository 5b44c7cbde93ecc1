"""Model files are stamped so that a replaced one is read anew, and a missing one is refused with what to do."""

import os
import shutil

import pytest

SIZE = 1 << 20


@pytest.fixture
def models(comfy, base):
    (base / "models" / "inpaint").mkdir(exist_ok=True)
    return comfy.module("nodes.host.models")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(bytes(SIZE))
    return path


def other(path, at=SIZE // 2):
    """The same file but for one byte, of the same size and date."""
    data = bytearray(path.read_bytes())
    data[at] += 1
    new = path.with_name("new")
    new.write_bytes(data)
    shutil.copystat(path, new)
    return new


def test_a_file_that_stays_keeps_its_stamp(models, file):
    before = models.stamp(file)
    file.read_bytes()
    assert models.stamp(file) == before


@pytest.mark.parametrize("replace", [os.replace, shutil.copy2], ids=["renamed over it", "copied over it"])
def test_a_replaced_file_of_the_same_size_and_date_has_another_stamp(models, file, replace):
    before, found = models.stamp(file), file.stat()
    replace(other(file, at=12345), file)  # a byte that no sample holds
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (found.st_size, found.st_mtime_ns)
    assert models.stamp(file) != before


@pytest.mark.parametrize("at", [0, SIZE // 2])
def test_where_the_file_system_tells_nothing_the_content_does(models, file, monkeypatch, at):
    monkeypatch.setattr(models, "identity", lambda path: ())
    before = models.stamp(file)
    os.replace(other(file, at), file)
    assert models.stamp(file) != before


def test_a_folder_stands_for_its_files(models, file):
    before = models.stamp(file.parent)
    (file.parent / "config.json").write_text("{}")
    with_config = models.stamp(file.parent)
    assert len({before, with_config}) == 2
    (file.parent / "config.json").write_text("[]")
    assert models.stamp(file.parent) not in (before, with_config)


def test_what_is_not_there_is_stamped_and_refused_in_one_sentence(comfy, models, base):
    folder = models.ModelFolder("inpaint", "inpaint model", "run `dancheong models get lama`")
    sentence = (
        "There is no inpaint model 'gone.pt' in models/inpaint: run `dancheong models get lama`, and reload the editor."
    )
    assert folder.check("gone.pt") == sentence
    with pytest.raises(comfy.module("nodes.ground").UserError, match=r"^There is no inpaint model 'gone\.pt'"):
        folder.path("gone.pt")
    assert folder.stamp("gone.pt") == folder.stamp("gone.pt")
    new = base / "models" / "inpaint" / "gone.pt"
    before = folder.stamp("gone.pt")
    new.write_bytes(b"weights")
    try:
        assert folder.check("gone.pt") is True and folder.path("gone.pt") == new
        assert folder.stamp("gone.pt") != before
    finally:
        new.unlink()


@pytest.mark.parametrize("name", ["../upscale_models/tiny_x4.safetensors", "/etc/hostname", "", 7, ["a"], {"a": 1}])
def test_only_what_is_offered_is_read(models, name):
    folder = models.ModelFolder("inpaint", "inpaint model", "get one")
    assert folder.check(name) is not True and "models/inpaint: get one" in folder.check(name)


def test_a_linked_name_is_not_known_yet(models, base):
    """ComfyUI gives None for it: nothing is refused, and any replaced file counts."""
    folder = models.ModelFolder("inpaint", "inpaint model", "get one")
    assert folder.check(None) is True
    before = folder.stamp(None)
    extra = base / "models" / "inpaint" / "another.pt"
    extra.write_bytes(b"weights")
    try:
        assert folder.stamp(None) != before
    finally:
        extra.unlink()
