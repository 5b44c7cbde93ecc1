"""What is done stands in the journal, whatever happens to the process or to the disk."""

import os
from pathlib import Path

import pytest
from dancheong.nodes.ground import UserError
from dancheong.nodes.ground.journal import Journal


def test_a_journal_forgets_a_torn_line(tmp_path):
    journal = Journal(tmp_path / "a", {"x": 1})
    journal.add({"row": 1})
    journal.add({"row": 2, "id": "\uac00" * 5000})
    journal.close()
    path = tmp_path / "a" / "journal.jsonl"
    with path.open("ab") as file:
        file.write(b'{"row": 3, "id": "' + "\ub098".encode()[:2])
    again = Journal(tmp_path / "a", {"x": 1})
    assert [line["row"] for line in again] == [1, 2]
    again.add({"row": 3})
    assert [line["row"] for line in again] == [1, 2, 3]
    again.close()


def test_other_settings_and_other_things_are_refused(tmp_path):
    Journal(tmp_path / "a", {"x": 1}).close()
    with pytest.raises(UserError, match="results of another source or other rules"):
        Journal(tmp_path / "a", {"x": 2})
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UserError, match="no unfinished work of ours"):
        Journal(tmp_path, {"x": 1})


def test_two_runs_do_not_mix_in_one_folder(tmp_path):
    first = Journal(tmp_path / "a", {"x": 1})
    first.add({"row": 1})
    for settings in ({"x": 1}, {"x": 2}):
        with pytest.raises(UserError, match="wait until it has ended, or choose another folder"):
            Journal(tmp_path / "a", settings)
    first.add({"row": 2})
    first.close()
    with pytest.raises(UserError, match="other rules") as refused:
        Journal(tmp_path / "a", {"x": 2})
    second = Journal(tmp_path / "a", {"x": 1})  # though what was refused is still looked at
    assert refused and [line["row"] for line in second] == [1, 2]
    second.close()


def test_a_kill_while_the_settings_are_written_leaves_a_folder_that_is_gone_on_with(tmp_path, monkeypatch):
    class KilledError(BaseException):
        pass

    def killed(part, path):
        raise KilledError

    monkeypatch.setattr(Path, "replace", killed)
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: None)  # nor does a killed process tidy up
    with pytest.raises(KilledError):
        Journal(tmp_path / "a", {"x": 1})
    monkeypatch.undo()
    assert {path.suffix for path in (tmp_path / "a").iterdir()} == {".part"}
    journal = Journal(tmp_path / "a", {"x": 1})
    assert list(journal) == []
    journal.close()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_is_said(tmp_path):
    journal = Journal(tmp_path / "a", {})
    journal._file.close()
    journal._file = open("/dev/full", "w")  # noqa: SIM115, the journal closes it
    with pytest.raises(UserError, match=r"journal\.jsonl could not be written \(No space left on device\)"):
        journal.add({"row": 1})
    journal.close()
