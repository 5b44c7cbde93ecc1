"""The pack under test is always this checkout, loaded by path under its own name, as `python runner` does."""

import importlib.util
import runpy
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent

runpy.run_path(str(ROOT / "runner" / "__main__.py"))["load_pack"]()


def by_path(name: str):
    """A module of tests/ that makes models."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def cover(tmp_path_factory) -> Path:
    """The sample cover as a PNG file."""
    from dancheong.runner import sample_cover

    path = tmp_path_factory.mktemp("cover") / "cover.png"
    sample_cover.draw().save(path)
    return path


@pytest.fixture(scope="session")
def korean_font() -> Path:
    """A font with Hangul that every machine has after `make host`."""
    package = importlib.util.find_spec("koreanize_matplotlib")
    return Path(package.origin).parent / "fonts" / "NanumGothicExtraBold.ttf"


@pytest.fixture(scope="session")
def tiny_models():
    return by_path("tiny_models")


@pytest.fixture(scope="session")
def base(tmp_path_factory, tiny_models, cover) -> Path:
    """A private base directory for ComfyUI, with the tiny models in it."""
    from dancheong.runner import server

    base = tmp_path_factory.mktemp("base")
    server.prepare_base(base)
    tiny_models.rrdb_x4(base / "models" / "upscale_models" / "tiny_x4.safetensors")
    tiny_models.compact_x2(base / "models" / "upscale_models" / "tiny_x2.safetensors")
    # Under the names that the shipped workflows ask for.
    tiny_models.lama(base / "models" / "inpaint" / "big-lama.pt")
    tiny_models.sd15(base / "models" / "checkpoints" / "v1-5-pruned-emaonly-fp16.safetensors")
    Image.open(cover).resize((256, 384)).save(base / "input" / "small.png")
    korean = by_path("korean_models")
    korean.pipeline(base / "models" / "text_encoders" / "my-korean-stable-diffusion-v1-5")
    korean.topic(base / "models" / "embeddings" / "topic-economy.safetensors")
    return base


@pytest.fixture(scope="session")
def quick() -> dict:
    """Workflow -> node id -> inputs: small pictures and few steps, for machines without a GPU."""
    small = {"7": {"width": 64, "height": 64}, "8": {"steps": 2}}
    return {
        "korean_prompt": small,
        "news_picture": small,
        "remove_text_rounds": {"3": {"image": "small.png"}, "5": {"rounds": 1}},
        "remove_text_sd": {"3": {"image": "small.png"}, "11": {"steps": 2}},
    }


@pytest.fixture(scope="session")
def korean_models():
    return by_path("korean_models")


@pytest.fixture(scope="session")
def korean_reference():
    return by_path("korean_reference").Reference
