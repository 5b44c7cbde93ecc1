"""`dancheong demo`: the main job on real input, from a cover full of pseudo-text to a print file."""

import asyncio
from pathlib import Path

from PIL import Image

from ...nodes.ground import UserError
from .. import places
from ..language import warn
from ..queue import workflow
from ..queue.run import run
from ..server import Server
from ..setup import models
from . import sample_cover

WORKFLOW = places.PACK / "workflows" / "api" / "cover_finish.json"
LOADER = "DancheongLoadUpscaleModel"
NETWORK = "realesr-animevideov3"
SHEET_HEIGHT = 840
GAP = 18


def demo(out: Path, base: Path) -> list[Path]:
    """Draw the sample cover, finish it on a server of our own, and put both on one sheet.

    Real-ESRGAN enlarges it. Where its light network cannot be had, the cover is resampled, and stderr says so.

    Args:
        out: folder for the results; it is made.
        base: the server's base directory.

    Returns:
        The written files, the sheet last.
    """
    out.mkdir(parents=True, exist_ok=True)
    cover = out / "cover.png"
    sample_cover.draw().save(cover)
    document = workflow.load(WORKFLOW)
    try:
        _get_network(base)
        warn(f"demo: Real-ESRGAN ({NETWORK}) enlarges the cover")
    except UserError as error:
        document = without_network(document)
        warn(f"demo: the cover is enlarged by resampling, without Real-ESRGAN. {error}")
    with Server(base, places.models(base), log=base / "server.log") as server:
        made = asyncio.run(run(server.url, document, [], [out], out))
    finished = next(path for path in made if path.suffix == ".png" and path != cover and _is_print(path))
    sheet = out / "before_after.jpg"
    before_after(cover, finished).save(sheet, quality=90)
    return [cover, *made, sheet]


def _get_network(base: Path) -> None:
    """Have the light network, downloaded where it is not there yet.

    Raises:
        UserError: it did not come, or the models folder is that of the user's own ComfyUI, which is left as it is.
    """
    table, folder = models.read_table(), places.models(base)
    if folder != base / "models" and not all(path.is_file() for path in table[NETWORK].paths(folder)):
        raise UserError(f"There is no {NETWORK} in your ComfyUI: `dancheong models get {NETWORK}` puts it there.")
    models.get(table, NETWORK, folder)


def without_network(document: workflow.Prompt) -> workflow.Prompt:
    """The same workflow with its upscale model bypassed."""
    loaders = {key for key, node in document.items() if node["class_type"] == LOADER}

    def stays(value: object) -> bool:
        return not (isinstance(value, list) and value and value[0] in loaders)

    return {
        key: {**node, "inputs": {name: value for name, value in node["inputs"].items() if stays(value)}}
        for key, node in document.items()
        if key not in loaders
    }


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
