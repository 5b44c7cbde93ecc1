"""`python docs enlarged` draws the picture of the page on enlarging: five pieces, reduced and brought back."""

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..testing import comfy_host, fonts
from ..testing.models import real_upscale
from ..testing.scenes import enlarged
from .pages import ROOT

PICTURE = ROOT / "docs" / "pictures" / "enlarged.jpg"
WIDTH, HEIGHT, SCALE, GAP = 176, 132, 4, 6
PIECES = {"face": (150, 62), "cat": (115, 78), "cover": (95, 745), "print": (12, 20)}
"""Where a piece of a picture begins, px from the left and from the top."""
WORDS = (("달빛 아래 집", 31), ("글 그림 김단청", 23), ("무단 전재와 복제 금지", 17))
"""A line and its height in px before it is reduced."""
FONT = fonts.korean().with_name("NanumGothicBold.ttf")
LIGHT, ANIME, PHOTO = "realesr-animevideov3", "realesrgan-x4plus-anime", "realesrgan-x4plus"


def main() -> int:
    with tempfile.TemporaryDirectory() as base:
        comfy_host.start(Path(base))
        import torch

        with torch.inference_mode():
            rows = [row(truth) for truth in [*pieces(), words()]]
    sheet = Image.new("RGB", (len(rows[0]) * (WIDTH + GAP) - GAP, len(rows) * (HEIGHT + GAP) - GAP), "white")
    for y, pictures in enumerate(rows):
        for x, picture in enumerate(pictures):
            sheet.paste(
                Image.fromarray((picture * 255).round().astype(np.uint8)), (x * (WIDTH + GAP), y * (HEIGHT + GAP))
            )
    sheet.save(PICTURE, quality=88)
    return 0


def pieces() -> list[np.ndarray]:
    """`[HEIGHT,WIDTH,3]` float32 each."""
    return [enlarged.picture(name)[top : top + HEIGHT, left : left + WIDTH] for name, (left, top) in PIECES.items()]


def words() -> np.ndarray:
    sheet = Image.new("RGB", (WIDTH, HEIGHT), (250, 246, 236))
    pen, top = ImageDraw.Draw(sheet), 12
    for line, size in WORDS:
        pen.text((8, top), line, (30, 30, 40), ImageFont.truetype(FONT, size))
        top += round(size * 1.35)
    return np.asarray(sheet, np.float32) / 255


def row(truth: np.ndarray) -> list[np.ndarray]:
    """What it was, and what becomes of a quarter of it: Lanczos, the three networks, and ComfyUI with the last."""
    import torch
    from comfy_extras.nodes_upscale_model import ImageUpscaleWithModel

    from ..nodes.upscale import comfy_load
    from ..nodes.upscale.nodes import UpscaleToSize

    small = Image.fromarray((truth * 255).round().astype(np.uint8)).resize(
        (WIDTH // SCALE, HEIGHT // SCALE), Image.Resampling.BICUBIC
    )
    resampled = np.asarray(small.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), np.float32) / 255
    source = torch.from_numpy(np.asarray(small, np.float32) / 255)[None]
    models = [comfy_load.load(real_upscale.pair(name), None, 1.0).model for name in (LIGHT, ANIME, PHOTO)]
    ours = [UpscaleToSize.execute(source, WIDTH, HEIGHT, "balanced", "cover", model).args[0] for model in models]
    core = ImageUpscaleWithModel.execute(models[-1], source).args[0]
    return [truth, resampled, *(made[0].numpy() for made in [*ours, core])]
