"""The command line itself: what is a user's error, what a log gets to see."""

import io
import sys

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import cli, progress


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
