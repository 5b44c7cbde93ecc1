"""Tiny models are made once, made anew when their maker changes, and put whole into models folders."""

import inspect
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from dancheong.testing.models import kept, korean, upscale
from dancheong.testing.supplies import Supplies


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("DANCHEONG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def change(monkeypatch, name):
    """As if a module of testing/models had been edited."""
    real = inspect.getsource
    monkeypatch.setattr(
        inspect, "getsource", lambda module: real(module) + ("# edited" if module.__name__.endswith(name) else "")
    )


def test_a_model_is_made_once(shelf):
    path = kept.kept(upscale.rrdb_x4, ".safetensors")
    made = path.stat().st_mtime_ns
    assert kept.kept(upscale.rrdb_x4, ".safetensors") == path and path.stat().st_mtime_ns == made
    assert list(shelf.iterdir()) == [path]


@pytest.mark.parametrize("edited", ["models.upscale", "models.weights"])
def test_a_changed_maker_makes_anew_and_the_old_one_goes(shelf, monkeypatch, edited):
    old = [kept.kept(upscale.rrdb_x4, ".safetensors"), kept.kept(upscale.compact_x2, ".safetensors")]
    other = kept.kept(korean.topic, ".safetensors")
    change(monkeypatch, edited)
    new = [kept.kept(upscale.rrdb_x4, ".safetensors"), kept.kept(upscale.compact_x2, ".safetensors")]
    assert not set(old) & set(new) and kept.kept(korean.topic, ".safetensors") == other
    assert set(shelf.iterdir()) == {*new, other}


def test_a_maker_that_fails_leaves_nothing(shelf):
    def broken(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        kept.kept(broken)
    assert list(shelf.iterdir()) == []


def test_two_that_make_it_at_the_same_time_both_get_a_whole_one(shelf):
    both_have_begun = Barrier(2, timeout=30)

    def folder(path: Path) -> None:
        path.mkdir()
        both_have_begun.wait()
        for number in range(3):
            (path / str(number)).write_bytes(bytes(1000))

    with ThreadPoolExecutor() as pool:
        one, other = pool.map(kept.kept, [folder, folder])
    assert one == other and list(shelf.iterdir()) == [one]
    assert [path.stat().st_size for path in one.iterdir()] == [1000] * 3


def test_only_what_a_workflow_names_is_put_there(shelf, tmp_path):
    supplies = Supplies(tmp_path / "base")
    workflow = {"1": {"class_type": "X", "inputs": {"model_name": "tiny_x2.safetensors", "picture": ["2", 0], "n": 3}}}
    (put,) = supplies.put_named(workflow)
    assert put == tmp_path / "base" / "models" / "upscale_models" / "tiny_x2.safetensors"
    assert [path for path in (tmp_path / "base").rglob("*") if path.is_file()] == [put]
    assert supplies.put_named(workflow) == []
    assert supplies.put("topic-economy.safetensors").parent.name == "embeddings"
