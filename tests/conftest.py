"""The pack under test is always this checkout, loaded by path under its own name, as `python runner` does."""

import importlib.util
import json
import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent

runpy.run_path(str(ROOT / "runner" / "__main__.py"))["load_pack"]()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def cover(tmp_path_factory) -> Path:
    """The sample cover as a PNG file."""
    from dancheong.runner.demo import sample_cover

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
    from dancheong.testing.models import tiny

    return tiny


@pytest.fixture(scope="session")
def upscale_files():
    from dancheong.testing.models import upscale_files

    return upscale_files


@pytest.fixture(scope="session")
def icc_profiles():
    from dancheong.testing import icc_profiles

    return icc_profiles


@pytest.fixture(scope="session")
def scenes():
    """Photographs with an agency's mark whose truth is known."""
    from dancheong.testing.scenes import watermark

    return watermark


@pytest.fixture(scope="session")
def news():
    """Articles in every layout that datasets have."""
    from dancheong.testing.scenes import news

    return news


@pytest.fixture(scope="session")
def mark(scenes, korean_font):
    """A mark in letters that every machine has: two lines and a disc, 190 x 52 px."""
    layer = Image.new("L", (190, 52))
    draw = ImageDraw.Draw(layer)
    for place, text, size in (((4, 1), "\uac00\ub098\ub274\uc2a4", 28), ((4, 34), "GANA NEWS  2026 ALL RIGHTS", 12)):
        draw.text(place, text, 255, ImageFont.truetype(str(korean_font), size))
    draw.ellipse((140, 4, 168, 32), 255)
    return scenes.Mark(np.asarray(layer) / 255.0, np.full((52, 190, 3), 255.0))


@pytest.fixture(scope="session")
def news_photos(scenes, mark, tmp_path_factory) -> Path:
    """20 marked photographs as an image folder."""
    folder = tmp_path_factory.mktemp("photos") / "news_photos"
    folder.mkdir()
    rows = []
    for number, truth in enumerate(scenes.marked(20, 0, mark, 0.5)):
        Image.fromarray(truth.picture).save(folder / f"{number:02}.png")  # JPEG's noise is in the pixels already
        title = f"[\uc18d\ubcf4] \uc11c\uc6b8\uc758 \uc0ac\uc9c4 {number}"
        rows.append({"file_name": f"{number:02}.png", "text": title, "topic": "society", "id": f"n{number}"})
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture(scope="session")
def learned(news_photos):
    """The mark that those photographs share, as the pack learns it."""
    from dancheong.nodes.watermark.learning import learn
    from dancheong.nodes.watermark.mark import ANCHORS

    pictures = [np.asarray(Image.open(path)) for path in sorted(news_photos.glob("*.png"))]
    return learn.learn(pictures, tuple(ANCHORS))


@pytest.fixture(scope="session")
def base(tmp_path_factory, tiny_models, diffste_models, cover, news_photos, learned) -> Path:
    """A private base directory for ComfyUI, with the tiny models in it."""
    from dancheong.nodes.watermark import mark_file
    from dancheong.runner import server

    base = tmp_path_factory.mktemp("base")
    server.prepare_base(base)
    tiny_models.rrdb_x4(base / "models" / "upscale_models" / "tiny_x4.safetensors")
    tiny_models.compact_x2(base / "models" / "upscale_models" / "tiny_x2.safetensors")
    # Under the names that the shipped workflows ask for.
    tiny_models.rrdb_x4(base / "models" / "upscale_models" / "RealESRGAN_x4plus.safetensors")
    tiny_models.lama(base / "models" / "inpaint" / "big-lama.pt")
    tiny_models.sd15(base / "models" / "checkpoints" / "v1-5-pruned-emaonly-fp16.safetensors")
    tiny_models.lora(base / "models" / "loras" / "book_cover.safetensors")
    diffste_models.lightning(base / "models" / "diffste" / "diffste.ckpt", diffste_models.tensors())
    Image.open(cover).resize((256, 384)).save(base / "input" / "small.png")
    shutil.copytree(news_photos, base / "input" / "news_photos")
    mark_file.write(base / "models" / "watermarks" / "my_agency.safetensors", learned.watermark)
    tiny_models.clip_vision(base / "models" / "clip_vision" / "clip-vit-large-patch14-ko" / "model.safetensors")
    from dancheong.testing.models import korean

    korean.pipeline(base / "models" / "text_encoders" / "my-korean-stable-diffusion-v1-5")
    korean.pipeline(base / "models" / "text_encoders" / "clip-vit-large-patch14-ko")
    korean.topic(base / "models" / "embeddings" / "topic-economy.safetensors")
    return base


@pytest.fixture(scope="session")
def quick() -> dict:
    """Workflow -> node id -> inputs: small pictures and few steps, for machines without a GPU."""
    small = {"7": {"width": 64, "height": 64}, "8": {"steps": 2}}
    return {
        "cover_from_brief": {"5": {"dpi": 60, "generate_megapixels": 0.2}, "12": {"steps": 1}},
        "curate_news": {"3": {"count": 2}, "7": {"threshold": -1.0}},
        "upscale_a4": {"5": {"dpi": 60}},
        "upscale_to_file": {"5": {"dpi": 36}},
        "test_seams": {"5": {"strip_width": 160}},
        "cover_retitle": {"8": {"steps": 2, "samples": 1}},
        "edit_word": {"7": {"steps": 2, "samples": 2}},
        "korean_prompt": small,
        "news_picture": small,
        "remove_text_rounds": {"3": {"image": "small.png"}, "5": {"rounds": 1}},
        "remove_text_sd": {"3": {"image": "small.png"}, "11": {"steps": 2}},
    }


@pytest.fixture(scope="session")
def diffste_models():
    from dancheong.testing.models import diffste

    return diffste


@pytest.fixture(scope="session")
def diffste_reference():
    from dancheong.testing.references import diffste

    return diffste


@pytest.fixture(scope="session")
def korean_models():
    from dancheong.testing.models import korean

    return korean


@pytest.fixture(scope="session")
def korean_reference():
    from dancheong.testing.references import korean

    return korean.Reference
