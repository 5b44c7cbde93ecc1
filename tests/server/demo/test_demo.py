"""The demo as `make demo` runs it, with its network and where that cannot be had."""

from contextlib import nullcontext

import pytest
from dancheong.nodes.ground import UserError
from dancheong.runner import demo, places
from dancheong.runner.setup import models
from dancheong.testing.supplies import Supplies
from PIL import Image


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "models", lambda base: base / "models")
    return tmp_path / "base"


def test_the_demo_enlarges_with_its_network(own, tmp_path, capfd):
    Supplies(own).put("realesr-animevideov3.safetensors")
    expect_print(demo.demo(tmp_path / "out", own), "Model RealESRGAN Compact x4.")
    assert "demo: Real-ESRGAN (realesr-animevideov3) enlarges the cover" in capfd.readouterr().err


def test_the_demo_goes_on_without_a_connection(own, server, tmp_path, capfd, monkeypatch):
    def refuse(*_):
        raise UserError("The download failed, nothing was kept.")

    monkeypatch.setattr(models, "get", refuse)
    monkeypatch.setattr(demo, "Server", lambda *_, **__: nullcontext(server))
    expect_print(demo.demo(tmp_path / "out", own), "No upscale model")
    said = "demo: the cover is enlarged by resampling, without Real-ESRGAN. The download failed, nothing was kept."
    assert said in capfd.readouterr().err


def expect_print(made, report):
    texts = [path.read_text(encoding="utf-8") for path in made if path.suffix == ".txt"]
    assert any(report in text for text in texts)
    assert {path.suffix for path in made} >= {".pdf", ".png", ".jpg"}
    with Image.open(
        next(path for path in made if path.name.startswith("cover_0") and path.suffix == ".png")
    ) as picture:
        assert picture.size == (1866, 2728)
