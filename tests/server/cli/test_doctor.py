"""`dancheong doctor` says of each trouble what it is and what to do; it starts programs, and no server."""

import os
import re
import subprocess
import sys

import pytest
from dancheong.nodes.lettering import fonts
from dancheong.runner import cli, doctor, places

MISSING = "\ubaa8\ub378\uc744 \ubc1b\uc544 \uc8fc\uc138\uc694"


@pytest.fixture
def examined(monkeypatch, tmp_path, capsys):
    """What `dancheong doctor` prints here, and its status."""
    monkeypatch.setenv("LC_ALL", "C")

    def examined(base=tmp_path / "base"):
        status = cli.main(["doctor", "--base", str(base)])
        return status, capsys.readouterr().out

    return examined


def lines(told, state="MEND"):
    return [line[len(state) :].strip() for line in told.splitlines() if line.startswith(state)]


def test_a_whole_machine_has_nothing_to_mend_and_a_command_for_every_model(examined, monkeypatch, korean_font):
    status, told = examined()
    assert (status, lines(told)) == (0, [])
    assert (
        re.search(r"^ok    ComfyUI [\d.]+ in ", told, re.MULTILINE)
        and "ok    OpenCV " in told
        and "ok    Korean font: " in told
    )
    assert "ok    Erase text (remove_text): no model is left to get" in told
    assert "Make a cover (cover_from_brief): get its models with `dancheong models get sd15`, `dancheong" in told
    assert len(told.splitlines()) <= 24  # one screen
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    korean = examined()[1]
    assert MISSING in korean and len(korean.splitlines()) == len(told.splitlines())
    assert all(re.search("[\uac00-\ud7a3]", line) for line in korean.splitlines())


def comfyui(folder, version):
    (folder / "comfy").mkdir()
    (folder / "main.py").touch()
    if version:
        (folder / "comfyui_version.py").write_text(f'__version__ = "{version}"\n')
    return folder


@pytest.mark.parametrize(("version", "found"), [("0.19.3", "0.19.3"), ("0.3.68", "0.3.68"), ("", r"\?")])
def test_a_comfyui_that_is_too_old(examined, monkeypatch, tmp_path, version, found):
    monkeypatch.setenv("COMFYUI_PATH", str(comfyui(tmp_path, version)))
    status, told = examined()
    assert status == 1
    assert re.match(rf"ComfyUI in .* is {found}, and 0\.30\.0 or newer is needed: update it", lines(told)[0])


def test_no_comfyui_or_a_folder_that_is_none(examined, monkeypatch, tmp_path):
    monkeypatch.setenv("COMFYUI_PATH", str(tmp_path))
    assert lines(examined()[1])[0].startswith(f"COMFYUI_PATH is {tmp_path}, which is no ComfyUI folder: set it to")
    monkeypatch.delenv("COMFYUI_PATH")
    monkeypatch.setattr(places, "OWN", ())
    assert lines(examined()[1])[0].startswith("There is no ComfyUI: run `make host` in ")


def test_an_opencv_that_is_broken(examined, monkeypatch, tmp_path):
    """As where two variants were installed over each other, or a library of the system is missing."""
    broken = tmp_path / "cv2"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (told,) = lines(examined()[1])
    assert told.startswith("OpenCV does not work (ImportError: libGL.so.1: cannot open shared object file): run `")
    assert re.search(r"-m pip install --force-reinstall --no-deps opencv[\w-]+`\.$", told)


def test_a_folder_that_cannot_be_written(examined, tmp_path):
    (tmp_path / "file").touch()
    told = lines(examined(tmp_path / "file" / "base")[1])
    assert told and all(
        "cannot be written (Not a directory): change its owner or its rights, or" in one for one in told
    )


def test_no_font_that_draws_hangul(examined, monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "_installed", tuple)
    (told,) = lines(examined()[1])
    assert told.startswith("No font here draws Hangul: put a .ttf or .otf with Hangul into ") and "koreanize" in told


def test_a_gpu_that_torch_does_not_use(examined, monkeypatch, tmp_path):
    """A GPU as nvidia-smi tells of it, and torch for the processor alone."""
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'A card, 24564 MiB'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    version = doctor.importlib.metadata.version
    for torch, said in (
        ("2.11.0+cu128", "ok    GPU: A card, 24564 MiB\n"),
        ("2.11.0+cpu", "but torch 2.11.0+cpu does"),
    ):
        monkeypatch.setattr(
            doctor.importlib.metadata, "version", lambda name, torch=torch: torch if name == "torch" else version(name)
        )
        status, told = examined()
        assert said in told and status == ("cpu" in torch)


def test_a_full_disk_is_a_note_with_what_is_needed(examined, monkeypatch):
    usage = doctor.shutil.disk_usage("/")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage._replace(free=3_000_000_000))
    status, told = examined()
    assert status == 0 and "note  Only 3 GB are free in " in told and "take 15 GB" in told


def test_a_bare_machine_hears_of_what_is_missing_and_of_nothing_that_follows_from_it(tmp_path, root):
    """A Python without any package, started from the pack's folder."""
    command = [sys.executable, "-S", str(root / "runner"), "doctor", "--base", str(tmp_path)]
    variables = {"LC_ALL": "C", "HOME": str(tmp_path), "COMFYUI_PATH": str(places.comfyui())}
    done = subprocess.run(command, capture_output=True, text=True, env=variables)
    assert done.returncode == 1 and done.stderr == ""
    torch, packages, opencv = lines(done.stdout)
    assert "has no torch, so it cannot run ComfyUI" in torch
    assert f"lacks {', '.join(doctor.PACKAGES)}: run `{sys.executable} -m pip install -r" in packages
    assert f"requirements.txt && {sys.executable} {doctor.FINISH}`" in packages
    assert opencv.startswith("There is no OpenCV, so no text can be found: run `") and "Hangul" not in done.stdout
    variables["LC_ALL"] = "ko_KR.UTF-8"
    korean = subprocess.run(command, capture_output=True, text=True, env=variables).stdout
    assert "lacks" not in korean and all(re.search("[\uac00-\ud7a3]", line) for line in korean.splitlines())


def test_where_the_command_line_alone_is_installed_no_file_of_a_checkout_is_named(examined, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "FINISH", tmp_path / "install.py")
    found = doctor.importlib.util.find_spec
    lacking = {"rapidocr", "freetype", "cv2"}
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None if name in lacking else found(name))
    packages, opencv = lines(examined()[1])
    assert f"lacks rapidocr, freetype: run `{sys.executable} -m pip install rapidocr freetype-py`" in packages
    assert f"run `{sys.executable} -m pip install opencv-python-headless`" in opencv


def test_the_oldest_comfyui_is_that_of_the_project_file(root):
    assert f'requires-comfyui = ">={doctor.OLDEST_COMFYUI}"' in (root / "pyproject.toml").read_text()
