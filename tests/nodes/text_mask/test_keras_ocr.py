"""keras-ocr itself, with TensorFlow in an environment of its own, against our CRAFT and through our worker."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch
from dancheong.nodes.ground.worker import WorkerError
from dancheong.nodes.text_mask.engines import craft, heat, keras_ocr_engine, keras_ocr_environment
from dancheong.nodes.text_mask.finding.detection import directly
from dancheong.testing.models import keras_ocr


@pytest.fixture(scope="module")
def interpreter(root):
    """keras-ocr's environment, made by the pack's own command where it is missing."""
    subprocess.run([sys.executable, str(root / "runner"), "engines", "install", "keras-ocr"], check=True)
    return keras_ocr_environment.interpreter()


@pytest.fixture(scope="module")
def made(interpreter):
    """A folder with random weights and keras-ocr's own answers."""
    return keras_ocr.answers()


@pytest.fixture(scope="module")
def engine(comfy, base, made):
    """The one that nodes use; its worker takes half a minute to start."""
    target, names = base / "models" / "ocr", ("craft_mlt_25k.h5", "crnn_kurapan.h5")
    target.mkdir(exist_ok=True)
    for name in names:
        (target / name).write_bytes((made / name).read_bytes())
    yield comfy.module("nodes.text_mask.engines.comfy_engines").choose("keras-ocr")
    comfy.module("nodes.text_mask.engines.keras_ocr_engine").stop()
    for name in names:
        (target / name).unlink()


def read(folder, name):
    return json.loads((folder / name).read_text())


def test_our_craft_gives_keras_ocrs_heat(made):
    network = craft.load(made / "craft_mlt_25k.h5")
    ours = network(craft.prepare(np.load(made / "picture.npy")))[0].permute(1, 2, 0).numpy()
    keras = np.load(made / "heat.npy")
    assert ours.shape == keras.shape and keras.std() > 0.2
    assert np.abs(ours - keras).max() <= 1e-4


def test_without_its_batch_norm_it_would_not(made, monkeypatch):
    """The test above must be able to fail."""
    monkeypatch.setattr(craft, "NORM_EPSILON", 1e-2)
    network = craft.load(made / "craft_mlt_25k.h5")
    ours = network(craft.prepare(np.load(made / "picture.npy")))[0].permute(1, 2, 0).numpy()
    assert np.abs(ours - np.load(made / "heat.npy")).max() > 1e-3


def test_our_words_lie_where_keras_ocrs_lie(made):
    from shapely.geometry import Polygon

    keras = [Polygon(box) for box in read(made, "boxes.json")]
    ours = [Polygon(region.polygon) for region in heat.words(np.load(made / "heat.npy"), 2.0, (192, 128))]
    assert len(keras) >= 3

    def overlap(one, other):
        return one.intersection(other).area / max(one.union(other).area, 1e-6)

    found = [max((overlap(box, word) for word in ours), default=0.0) for box in keras]
    assert np.mean(np.array(found) > 0.7) >= 0.8


def test_the_worker_returns_what_keras_ocr_returns(made, engine):
    picture = np.load(made / "picture.npy")
    expected = read(made, "words.json")
    assert expected
    for _ in range(2):
        regions = engine.detect(picture, directly)
        assert [region.text for region in regions] == [text for text, _ in expected]
        for region, (_, box) in zip(regions, expected, strict=True):
            inside = np.clip(np.array(box), 0, [192, 128])
            assert region.polygon.min(axis=0) == pytest.approx(inside.min(axis=0), abs=0.01)
            assert region.polygon.max(axis=0) == pytest.approx(inside.max(axis=0), abs=0.01)


def test_it_never_sees_a_gpu_unless_told(engine, monkeypatch):
    assert engine.worker._environment["CUDA_VISIBLE_DEVICES"] == "-1"
    monkeypatch.setenv("DANCHEONG_KERAS_OCR_GPU", "1")
    told = keras_ocr_engine.KerasOCREngine(engine.worker._command[-2], engine.worker._command[-1])
    assert told.worker._environment.get("CUDA_VISIBLE_DEVICES") == os.environ.get("CUDA_VISIBLE_DEVICES")


def test_an_interrupt_ends_it(made):
    own = keras_ocr_engine.KerasOCREngine(made / "craft_mlt_25k.h5", made / "crnn_kurapan.h5")
    started = []

    def interrupted(work, *arguments):
        def left_behind():
            with pytest.raises(WorkerError, match="keras-ocr was"):
                work(*arguments)

        threading.Thread(target=left_behind, daemon=True).start()
        while own.worker._process is None:
            time.sleep(0.05)
        started.append(own.worker._process)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        own.detect(np.load(made / "picture.npy"), interrupted)
    assert started[0].wait(timeout=5) != 0


def test_the_node_uses_both_engines_and_the_worker_ends_with_whoever_started_it(comfy, made, engine):
    image = torch.from_numpy(np.load(made / "picture.npy")).float()[None] / 255
    counts = {}
    for name in ("craft", "keras-ocr"):
        mask, report, _, counts[name] = comfy.node("DancheongOCRTextMask", image=image, engine=name)
        assert json.loads(report)[0]["engine"] == name
        assert mask.any()
    assert counts["keras-ocr"] == len(read(made, "words.json"))
    texts = [text for text, _ in read(made, "words.json") if text]
    if texts:
        kept = comfy.node("DancheongOCRTextMask", image=image, engine="keras-ocr", keep=texts[0])
        assert kept[3] < counts["keras-ocr"]
    # As on a server that is killed: the worker's input ends, and nobody stops it.
    process = engine.worker._process
    process.stdin.close()
    assert process.wait(timeout=10) == 0
