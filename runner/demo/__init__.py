"""`dancheong demo`: the main job on real input, from a cover full of pseudo-text to a print file."""

import asyncio
from pathlib import Path

from PIL import Image

from .. import places
from ..queue import workflow
from ..queue.run import run
from ..server import Server
from . import sample_cover

WORKFLOW = places.PACK / "workflows" / "api" / "cover_finish.json"
SHEET_HEIGHT = 840
GAP = 18


def demo(out: Path, base: Path) -> list[Path]:
    """Draw the sample cover, finish it on a server of our own, and put both on one sheet.

    Args:
        out: folder for the results; it is made.
        base: the server's base directory.

    Returns:
        The written files, the sheet last.
    """
    out.mkdir(parents=True, exist_ok=True)
    cover = out / "cover.png"
    sample_cover.draw().save(cover)
    with Server(base, places.models(base), log=base / "server.log") as server:
        made = asyncio.run(run(server.url, workflow.load(WORKFLOW), [], [out], out))
    finished = next(path for path in made if path.suffix == ".png" and path != cover and _is_print(path))
    sheet = out / "before_after.jpg"
    before_after(cover, finished).save(sheet, quality=90)
    return [cover, *made, sheet]


def before_after(before: Path, after: Path) -> Image.Image:
    """Both pictures side by side, in one height."""
    pictures = []
    for path in (before, after):
        with Image.open(path) as picture:
            size = (round(picture.width * SHEET_HEIGHT / picture.height), SHEET_HEIGHT)
            pictures.append(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    sheet = Image.new("RGB", (sum(picture.width for picture in pictures) + GAP, SHEET_HEIGHT), "white")
    sheet.paste(pictures[0], (0, 0))
    sheet.paste(pictures[1], (pictures[0].width + GAP, 0))
    return sheet


def _is_print(path: Path) -> bool:
    with Image.open(path) as picture:
        return "dpi" in picture.info
