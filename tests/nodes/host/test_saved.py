"""Results go where ComfyUI would put them, under names that nobody else takes meanwhile."""

import pytest


@pytest.fixture
def results(comfy):
    saved = comfy.module("nodes.host.saved")
    return lambda prefix: saved.Results(prefix, 32, 24)


def test_results_are_numbered_on_from_what_is_there(results, base):
    for number in (1, 2):
        run = results("saved/on")
        with run.writing(".png") as path:
            path.write_bytes(b"picture")
        assert path == base / "output" / "saved" / f"on_0000{number}_.png"
        assert run.lines() == str(path)


def test_two_that_begin_at_once_take_different_names(results):
    """As two processes on one base directory do: both have looked before either writes."""
    first, second = results("saved/both"), results("saved/both")
    with first.writing(".png") as one, second.writing(".png") as other:
        one.write_bytes(b"first")
        other.write_bytes(b"second")
    assert (one.read_bytes(), other.read_bytes()) == (b"first", b"second")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_no_file(results, base, error):
    run = results("saved/failing")
    with pytest.raises(error), run.writing(".png"):
        raise error
    assert not list((base / "output" / "saved").glob("failing*")) and run.paths == []


def test_a_place_that_cannot_be_written_is_explained(comfy, results, base):
    user_error = comfy.module("nodes.ground").UserError
    (base / "output" / "a_file").write_bytes(b"")
    with pytest.raises(user_error, match=r"^Expected a folder that can be written for 'a_file/x', got .*prefix.$"):
        results("a_file/x")
    run = results("saved/" + "x" * 300)
    with pytest.raises(user_error, match="got File name too long: choose another filename_prefix"), run.writing(".png"):
        pass


def test_the_editor_is_told_of_files_and_shows_them_or_a_preview(results):
    import torch

    run = results("saved/%width%")
    with run.writing(".png") as path:
        path.write_bytes(b"picture")
    file = {"filename": "32_00001_.png", "subfolder": "saved", "type": "output"}
    assert run.shown() == {"images": [file], "files": [file]}
    shown = run.shown(torch.zeros(1, 4, 4, 3))
    assert shown["files"] == [file] and shown["images"][0]["type"] == "temp"
