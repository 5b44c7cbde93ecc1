"""`python docs strip` makes the two pictures of the strip that no template's run leaves behind."""

import asyncio

import skimage.data
from PIL import Image, ImageDraw, ImageFont

from ..runner import places
from ..runner.queue import workflow
from ..runner.queue.run import run
from ..runner.server import Server
from ..testing import fonts
from .pages import ROOT

PICTURES = ROOT / "docs" / "pictures"
WORK = ROOT / "out" / "strip"
GAP = 14
ROWS, TILE = (0, 2, 3), (300, 130)
"""Rows of watermark.jpg, whose three columns are marked, un-blended and inpainted, and the px of each picture in it."""
LEFT = 14
"""px of each tile that are cut off, for the proportions of the cover beside it."""
PANEL = (458, 640)
WORDS = ((0.5, 0.13, "달까지 가는 길", 50), (0.27, 0.32, "REENTRY", 30), (0.715, 0.43, "글 · 그림 김단청", 22))
"""Centre as shares of the panel, text, px."""


def main() -> int:
    WORK.mkdir(parents=True, exist_ok=True)
    mark().save(PICTURES / "mark.jpg", quality=88)
    words().save(PICTURES / "words.jpg", quality=88)
    return 0


def mark() -> Image.Image:
    """Marked and un-blended, side by side, out of the picture that benchmarks/watermark.py drew."""
    width, height = TILE
    corners = [(column * width, row * height) for row in ROWS for column in (0, 1)]
    with Image.open(PICTURES / "watermark.jpg") as drawn:
        return _grid([drawn.crop((x + LEFT, y, x + width, y + height)) for x, y in corners], 2)


def words() -> Image.Image:
    """A lettered photograph, what `remove_text` found in it, and what it left."""
    poster = WORK / "lettered.png"
    lettered().save(poster)
    document = workflow.load(ROOT / "workflows" / "api" / "remove_text.json")
    setting = workflow.setting(f"3.image={poster.name}")
    with Server(places.BASE, places.models(places.BASE), log=places.BASE / "server.log") as server:
        made = asyncio.run(run(server.url, document, [setting], [WORK], WORK))
    shown = [poster, *(path for path in made if path.suffix == ".png")]
    return _grid([Image.open(path).convert("RGB") for path in shown], len(shown))


def picture() -> Image.Image:
    """The launch of DSCOVR, which SpaceX gave into the public domain."""
    return Image.fromarray(skimage.data.rocket()).crop((170, 0, 475, 427)).resize(PANEL, Image.Resampling.LANCZOS)


def lettered() -> Image.Image:
    """The same with the words of a poster."""
    drawn = picture()
    draw = ImageDraw.Draw(drawn)
    for across, down, text, size in WORDS:
        place = (across * PANEL[0], down * PANEL[1])
        draw.text(place, text, "#f4e9d8", ImageFont.truetype(str(fonts.korean()), size), anchor="mm")
    return drawn


def _grid(tiles: list[Image.Image], columns: int) -> Image.Image:
    width, height = tiles[0].size
    rows = len(tiles) // columns
    sheet = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % columns * (width + GAP), number // columns * (height + GAP)))
    return sheet
