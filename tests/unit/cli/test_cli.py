"""The command line itself: started as a folder, what is a user's error, what a log gets to see."""

import io
import subprocess
import sys

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import cli, progress
from dancheong.testing.scenes import news


def runner(root, *typed, **options):
    return subprocess.run([sys.executable, str(root / "runner"), *typed], capture_output=True, text=True, **options)


def test_the_folder_runs_from_anywhere(root, tmp_path):
    shown = runner(root, "--help", cwd=tmp_path)
    assert shown.returncode == 0 and "curate" in shown.stdout
    refused = runner(root, "run", "nowhere.json", cwd=tmp_path)
    assert (refused.returncode, refused.stderr) == (1, "dancheong: There is no workflow file nowhere.json.\n")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UserError("Take another."), "dancheong: Take another.\n"),
        (PermissionError(13, "Permission denied", "/locked"), "dancheong: /locked: Permission denied\n"),
    ],
)
def test_what_a_user_can_mend_is_one_sentence(monkeypatch, capsys, error, said):
    def fail(options):
        raise error

    monkeypatch.setitem(cli.COMMANDS, "engines", fail)
    assert cli.main(["engines"]) == 1
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("bug", [ValueError("x"), AssertionError(), OSError("no file is meant")])
def test_a_bug_keeps_its_traceback(monkeypatch, bug):
    def fail(options):
        raise bug

    monkeypatch.setitem(cli.COMMANDS, "engines", fail)
    with pytest.raises(type(bug)):
        cli.main(["engines"])


def test_every_command_that_can_be_typed_is_there():
    (commands,) = (action for action in cli.arguments.parser()._actions if action.dest == "command")
    assert set(commands.choices) == set(cli.COMMANDS)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def walked(monkeypatch, file, steps=3):
    monkeypatch.setattr(sys, "stderr", file)
    with progress.Bar(10, "rows", done=4) as bar:
        for done in range(5, 5 + steps):
            bar.reach(done)
    return file.getvalue()


def test_a_terminal_gets_a_bar(monkeypatch):
    shown = walked(monkeypatch, Terminal(), 6)
    assert "\r" in shown and "10/10" in shown and "rows" in shown


def test_a_log_gets_nothing_of_short_work_and_lines_of_long_work(monkeypatch):
    assert walked(monkeypatch, io.StringIO()) == ""
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 1e-6)
    shown = walked(monkeypatch, io.StringIO())
    assert "\r" not in shown and "5/10" in shown.splitlines()[0] and shown.endswith("\n")


def test_curate_runs_from_the_folder_though_a_room_there_is_called_queue(root, tmp_path):
    """Python looks into the started folder first, and its threads import the standard queue."""
    source = news.raw_json(tmp_path / "raw", news.articles(20, 2))
    done = runner(root, "curate", str(source), "--out", str(tmp_path / "out"), "--workers", "1")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout.splitlines()[0] == "15 of 20 rows kept"
