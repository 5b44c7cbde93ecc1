"""`python docs compared` makes the thumbnails of before and after: each comes from a run of its template."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import skimage.data
from PIL import Image, ImageOps

from ..runner.demo import before_after
from ..runner.queue import workflow
from ..runner.queue.run import run
from ..runner.server import Server
from ..testing.models import real_upscale
from ..testing.scenes import news_photos
from ..testing.supplies import Supplies
from . import strip
from .pages import ROOT

WORK = ROOT / "out" / "compared"
NETWORK = "realesrgan-x4plus"
SMALL = (132, 188)
"""px of what is brought to print size."""
PORTRAIT = (140, 2, 300, 230)
"""Where it is cut from NASA's photograph of Eileen Collins, which is in the public domain."""


@dataclass(frozen=True)
class Shown:
    """One thumbnail."""

    before: Callable[[], Image.Image]
    settings: dict[str, str]
    """`NODE.INPUT` -> value, beside the picture's name."""
    made: str
    """How the file begins that is shown behind."""


def _news_photo() -> Image.Image:
    return Image.fromarray(news_photos.truths()[0].picture)


def _portrait() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut()).crop(PORTRAIT).resize(SMALL, Image.Resampling.LANCZOS)


PICTURES = {
    "remove_text": Shown(strip.lettered, {}, "without_text"),
    "reletter_cover": Shown(strip.lettered, {"4.text": "1: 별에서 온 편지"}, "relettered"),
    "place_title": Shown(
        strip.picture,
        {"4.dpi": "110", "7.title": "달까지 가는 길", "7.subtitle": "", "7.author": "김단청 장편소설"},
        "ComfyUI_temp",
    ),
    "upscale_a4": Shown(
        _portrait, {"4.model_name": f"{NETWORK}.param", "5.dpi": "90", "7.format": "png"}, "a4"
    ),
    "clean_news_photos": Shown(_news_photo, {"3.source": "news_photos", "3.count": "1"}, "clean"),
}  # fmt: skip


def main() -> int:
    base = WORK / "base"
    supplies = Supplies(base)
    supplies.put("news_photos")
    supplies.put("my_agency.safetensors")
    networks = base / "models" / "upscale_models"
    networks.mkdir(parents=True, exist_ok=True)
    for path in real_upscale.pair(NETWORK).parent.glob(f"{NETWORK}.*"):
        shutil.copy(path, networks)
    with Server(base, base / "models", log=WORK / "server.log") as server:
        for name, shown in PICTURES.items():
            _compare(server.url, name, shown).save(ROOT / "workflows" / f"{name}.jpg", quality=85)
    return 0


def _compare(url: str, name: str, shown: Shown) -> Image.Image:
    out = WORK / name
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    before, input_path = shown.before(), out / f"{name}.png"
    before.save(input_path)
    document = workflow.load(ROOT / "workflows" / "api" / f"{name}.json")
    settings = [workflow.setting(f"{key}={value}") for key, value in shown.settings.items()]
    if document["3"]["class_type"] == "LoadImage":
        settings.append(workflow.setting(f"3.image={input_path.name}"))
    made = asyncio.run(run(url, document, settings, [out], out))
    after = min(path for path in made if path.name.startswith(shown.made) and path.suffix == ".png")
    with Image.open(after) as picture:  # as large as it becomes, so that px stay what they are
        ImageOps.fit(before, picture.size, Image.Resampling.NEAREST).save(input_path)
    return before_after(input_path, after)
