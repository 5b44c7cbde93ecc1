"""Latents on disk: what was added comes back bit for bit, also after a kill, or there is a word."""

import pytest
import torch
from dancheong.nodes.ground import UserError
from dancheong.nodes.training import LatentStore

LATENTS = [torch.randn(4, side, 8, generator=torch.Generator().manual_seed(side)) for side in (8, 6, 8)]


def filled(folder, count=3):
    store = LatentStore(folder, {"side": 64})
    for number, latent in enumerate(LATENTS[:count]):
        store.add(f"row {number}", f"title {number}", latent)
    store.refuse("row 3", "no picture")
    store.close()
    return store


def same(store, count):
    return len(store) == count and all(torch.equal(store[number], LATENTS[number]) for number in range(count))


def test_what_was_added_comes_back(tmp_path):
    for store in (filled(tmp_path / "store"), LatentStore(tmp_path / "store", {"side": 64})):
        assert same(store, 3)
        assert store.titles == ["title 0", "title 1", "title 2"]
        assert (store.looked_at, store.refused) == (4, [("row 3", "no picture")])


@pytest.mark.parametrize("spoil", ["latent without a line", "half a line"])
def test_a_killed_run_goes_on_behind_its_last_whole_row(tmp_path, spoil):
    filled(tmp_path, 1)
    name, rest = ("latents.bin", b"\1" * 50) if spoil == "latent without a line" else ("journal.jsonl", b'{"row": "ro')
    with (tmp_path / name).open("ab") as file:
        file.write(rest)
    store = LatentStore(tmp_path, {"side": 64})
    for number in (1, 2):
        store.add(f"row {number}", f"title {number}", LATENTS[number])
    store.close()
    assert same(LatentStore(tmp_path, {"side": 64}), 3)


def test_a_store_that_lost_its_end_is_said(tmp_path):
    filled(tmp_path)
    with (tmp_path / "latents.bin").open("r+b") as file:
        file.truncate(100)
    with pytest.raises(UserError, match="shorter than its journal says"):
        LatentStore(tmp_path, {"side": 64})


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    store = LatentStore(tmp_path, {"side": 64})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(tmp_path), "open", full)
    with pytest.raises(UserError, match="could not be written"):
        store.add("row", "title", LATENTS[0])
