"""The pack under test is always this checkout, loaded by path under its own name, as `python runner` does."""

import os
import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Tiny models and pictures: several threads only wait for each other, the more so where a worker runs on each core.
# What the tests start inherits this.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1")

runpy.run_path(str(ROOT / "runner" / "__main__.py"))["load_pack"]()

from dancheong.runner import places  # noqa: E402

# What is compiled is kept, in one place: else each worker, command and ComfyUI of a run compiles everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
sys.pycache_prefix = os.environ.setdefault("PYTHONPYCACHEPREFIX", str(places.BASE / "pycache"))

pytest_plugins = ["dancheong.testing.areas"]
if sys.platform != "win32":
    pytest_plugins.append("dancheong.testing.memory")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def korean_font() -> Path:
    from dancheong.testing import fonts

    return fonts.korean()


@pytest.fixture(scope="session")
def mark():
    """A mark in letters that every machine has: two lines and a disc, 190 x 52 px."""
    from dancheong.testing.scenes import news_photos

    return news_photos.mark()


@pytest.fixture(scope="session")
def news_photos(tmp_path_factory) -> Path:
    """20 marked photographs as an image folder."""
    from dancheong.testing.scenes import news_photos

    return news_photos.write(tmp_path_factory.mktemp("photos") / "news_photos")


@pytest.fixture(scope="session")
def true_mark():
    """The mark of those photographs as a learned one that is exact."""
    from dancheong.testing.scenes import news_photos

    return news_photos.true_mark()


@pytest.fixture(scope="session")
def learned():
    """The mark that those photographs share, as the pack learns it."""
    from dancheong.testing.scenes import news_photos

    return news_photos.learned()


@pytest.fixture(scope="session")
def base(tmp_path_factory) -> Path:
    """A private base directory for ComfyUI."""
    from dancheong.runner import server
    from dancheong.testing.models import writer

    base = tmp_path_factory.mktemp("base")
    server.prepare_base(base)
    (base / "custom_nodes" / "small_qwen.py").write_text(writer.CUSTOM_NODE, encoding="utf-8")
    return base


@pytest.fixture(scope="session")
def supplies(base):
    """Tiny models and sample pictures for that base directory, made when a prompt names them."""
    from dancheong.testing.supplies import Supplies

    return Supplies(base)


@pytest.fixture(scope="session")
def cover(supplies) -> Path:
    """The sample cover as a PNG file, which lies in ComfyUI's input folder."""
    return supplies.put("cover.png")


@pytest.fixture(scope="session")
def server(base, tmp_path_factory):
    """One real ComfyUI for all tests that need a served one."""
    from dancheong.runner.server import Server

    with Server(base, base / "models", log=tmp_path_factory.mktemp("log") / "server.log") as running:
        yield running


@pytest.fixture(scope="session")
def quick() -> dict:
    """Workflow -> node id -> inputs: small pictures and few steps, for machines without a GPU."""
    small = {"7": {"width": 64, "height": 64}, "8": {"steps": 2}}
    cover = {"3": {"image": "small.png"}}
    # What these make is shown in thumbnails, so it is made whole where pictures are asked for.
    shown = {
        "cover_finish": {**cover, "7": {"dpi": 60}},
        "cover_flat": {**cover, "4": {"dpi": 60}},
        "reletter_cover": cover,
        "remove_text": cover,
    }
    return ({} if "DANCHEONG_PICTURES" in os.environ else shown) | {
        "caption_picture": {"3": {"image": "tiny.png"}, "5": {"value": "무엇입니까?"}, "7": {"max_length": 1}},
        "check_prompt": {"3": {"count": 1}},
        "cover_from_brief": {"5": {"dpi": 60, "generate_megapixels": 0.05}, "12": {"steps": 1}},
        "curate_news": {"3": {"count": 2}, "7": {"threshold": -1.0}},
        "extract_storygen": {},
        "find_style": {},
        "invert_prompt": {"12": {"width": 64, "height": 64}, "13": {"steps": 2}},
        "place_title": {**cover, "4": {"dpi": 60}},
        "tell_story": {"5": {"width": 64, "height": 64, "steps": 1, "story": "A fox.\nThe fox walks."}},
        "continue_story": {"12": {"width": 64, "height": 64}, "14": {"steps": 1}},
        "storyboard": {"4": {"frame_width": 64, "frame_height": 64}, "7": {"steps": 2}},
        "upscale_a4": {"5": {"dpi": 60}},
        "upscale_to_file": {"5": {"dpi": 36}},
        "test_seams": {"5": {"strip_width": 160}},
        "cover_retitle": {**cover, "8": {"steps": 1, "samples": 1}, "9": {"dpi": 60}},
        "edit_word": {**cover, "7": {"steps": 1, "samples": 2}},
        "korean_prompt": small,
        "korean_prompt_sdxl": small,
        "train_topic_prompt": {"3": {"count": 3}, "4": {"width": 64, "height": 64}, "7": {"steps": 2, "batch_size": 1}},
        "train_topic_dataset": {"5": {"side": 64, "steps": 2, "batch_size": 1}, "6": {"name": "economy-dataset"}},
        "train_story": {"4": {"side": 64, "steps": 2, "batch_size": 1}},
        "train_storyboard": {"4": {"side": 64, "steps": 2, "rank": 2}},
        "train_lora_korean": {
            "3": {"count": 2},
            "4": {"width": 64, "height": 64},
            "9": {"steps": 2, "batch_size": 1, "rank": 1},
            "15": {"width": 64, "height": 64, "batch_size": 1},
            "16": {"steps": 1},
        },
        "news_picture": small,
        "remove_text_rounds": {**cover, "5": {"rounds": 1}},
        "remove_text_sd": {**cover, "11": {"steps": 1}},
    }
