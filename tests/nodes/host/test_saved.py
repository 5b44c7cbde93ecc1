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
        assert run.paths == [base / "output" / "saved" / f"on_0000{number}_.png"]
        assert run.lines() == str(run.paths[0]) and run.paths[0].read_bytes() == b"picture"


def test_two_that_begin_at_once_take_different_names(results):
    """As two processes on one base directory do: both have looked before either writes."""
    first, second = results("saved/both"), results("saved/both")
    with first.writing(".png") as one, second.writing(".png") as other:
        one.write_bytes(b"first")
        other.write_bytes(b"second")
    assert first.paths != second.paths
    assert (first.paths[0].read_bytes(), second.paths[0].read_bytes()) == (b"first", b"second")


def test_nobody_sees_a_file_before_it_is_whole(results, base):
    """A process that is killed meanwhile leaves none under a result's name either."""
    run, folder = results("saved/whole/a"), base / "output" / "saved" / "whole"
    with run.writing(".png") as path:
        path.write_bytes(b"pic")
        assert not list(folder.glob("a*"))
    assert [file.name for file in folder.iterdir()] == ["a_00001_.png"]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_file_that_another_program_puts_there_meanwhile_stays(comfy, results, base, monkeypatch, has_links):
    """ComfyUI's own savers take the number that was free when they looked."""
    if not has_links:
        whole_file = comfy.module("nodes.ground.whole_file")

        def link(source, target):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(whole_file.os, "link", link)
    name = f"meanwhile{has_links}"
    run, other = results(f"saved/{name}"), base / "output" / "saved" / f"{name}_00001_.png"
    with run.writing(".png") as path:
        path.write_bytes(b"ours")
        other.write_bytes(b"theirs")
    assert (other.read_bytes(), run.paths[0].read_bytes()) == (b"theirs", b"ours")
    assert run.paths[0].name == f"{name}_00002_.png" and not path.exists()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_no_file(results, base, error):
    run = results("saved/failing")
    with pytest.raises(error), run.writing(".png"):
        raise error
    saved = base / "output" / "saved"
    assert not [*saved.glob("failing*"), *saved.glob("*.part")] and run.paths == []


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
