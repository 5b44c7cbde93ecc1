"""A benchmark in pieces goes on where it ended, and no piece is done twice."""

import subprocess

import pytest
from dancheong.benchmarks.kit import pieces

WANTED = [("photo", side, str(number)) for number in range(2) for side in ("core", "ours")]


@pytest.fixture
def done(tmp_path, monkeypatch):
    """The pieces that were run, in their order; one that is called `broken` fails."""
    ran = []

    def alone(name, *words):
        if "broken" in words:
            raise subprocess.CalledProcessError(1, name)
        ran.append(words)
        return {"seconds": len(ran)}

    monkeypatch.setattr(pieces, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(pieces.process, "alone", alone)
    return ran


def test_what_is_done_is_kept_for_the_call_that_asks_for_all(done, capsys):
    assert pieces.gathered("upscale", "photo", WANTED, 1) is None
    assert "3 of 4 pieces are still to do" in capsys.readouterr().out
    assert pieces.gathered("upscale", "photo", WANTED, 2) is None
    assert done == WANTED[:3]
    found = pieces.gathered("upscale", "photo", WANTED, None)
    assert done == WANTED and found == {piece: {"seconds": number} for number, piece in enumerate(WANTED, 1)}
    # Told once, it begins anew.
    assert pieces.gathered("upscale", "photo", WANTED, 1) is None and done == [*WANTED, WANTED[0]]


def test_a_piece_that_fails_loses_nothing_of_the_others(done):
    with pytest.raises(subprocess.CalledProcessError):
        pieces.gathered("upscale", "photo", [*WANTED[:2], ("broken",)], None)
    pieces.gathered("upscale", "photo", WANTED, None)
    assert done == WANTED


def test_another_job_has_pieces_of_its_own(done):
    pieces.gathered("upscale", "photo", WANTED, 4)
    pieces.gathered("upscale", "a4", WANTED, 4)
    assert done == [*WANTED, *WANTED]
