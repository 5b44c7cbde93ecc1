"""CRAFT under ComfyUI's memory management, on tiny pictures with random weights of the real layout."""

import numpy as np
import pytest
import torch
from dancheong.nodes.text_mask.finding.detection import directly
from dancheong.testing.models import text_engines

PICTURE = np.random.default_rng(0).integers(0, 255, (96, 160, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def engine(comfy, tmp_path_factory):
    path = text_engines.craft(tmp_path_factory.mktemp("craft") / "craft_mlt_25k.pth", text_engines.craft_tensors())
    return comfy.module("nodes.text_mask.engines.comfy_craft").CRAFTEngine(path)


def word(picture, heat_size):
    """A heat map with one word in the middle half of the picture."""
    heat = np.zeros((*heat_size, 2), np.float32)
    rows, columns = heat_size
    heat[rows // 4 : 3 * rows // 4, columns // 4 : 3 * columns // 4, 0] = 0.9
    return heat


def test_it_looks_at_twice_the_size_as_keras_ocr_does(engine, monkeypatch):
    seen = []

    def heat(picture, device):
        seen.append(picture.shape[:2])
        return word(picture, (picture.shape[0] // 2, picture.shape[1] // 2))

    monkeypatch.setattr(engine, "_heat", heat)
    (found,) = engine.detect(PICTURE, directly)
    assert seen == [(192, 320)]
    assert found.polygon.mean(axis=0) == pytest.approx([80, 48], abs=2)


def test_out_of_memory_halves_the_size_and_the_words_stay_in_place(engine, monkeypatch):
    seen = []

    def heat(picture, device):
        seen.append(picture.shape[:2])
        if picture.shape[1] > 400:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return word(picture, (picture.shape[0] // 2, picture.shape[1] // 2))

    monkeypatch.setattr(engine, "_heat", heat)
    (found,) = engine.detect(np.tile(PICTURE, (4, 4, 1)), directly)
    assert seen == [(768, 1280), (384, 640), (192, 320)]
    assert found.polygon.mean(axis=0) == pytest.approx([320, 192], abs=4)


def test_other_faults_are_not_taken_for_a_lack_of_memory(engine, monkeypatch):
    def heat(picture, device):
        raise ValueError("broken")

    monkeypatch.setattr(engine, "_heat", heat)
    with pytest.raises(ValueError, match="broken"):
        engine.detect(PICTURE, directly)


def test_an_interrupt_stops_it_between_two_layers(comfy, engine):
    comfy.model_management.interrupt_current_processing()
    with pytest.raises(comfy.model_management.InterruptProcessingException):
        engine.detect(PICTURE, directly)
    assert isinstance(engine.detect(PICTURE, directly), list)
