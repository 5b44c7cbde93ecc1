"""The face of re-lettering."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from dataclasses import dataclass, replace

import numpy as np
import torch

from ..erase.comfy import METHODS, check_filling, fill_masked
from ..ground import UserError
from ..host import images
from ..host.api import io
from ..host.models import listed, stamp
from ..host.progress import Progress, interruptibly
from ..host.wires import INPAINT_MODEL
from ..page.colour import colour_of
from ..text_mask import Region, reported_regions
from ..text_mask.comfy import region_reader
from . import fonts
from .layer import lay
from .reletter.measure import Measured, measured, unseen
from .reletter.places import numbered, regions_of
from .reletter.reletter import ALL, MATCHES, PLACE_ONLY, Relettered, Wish, relettered
from .reletter.setting import FITS
from .reletter.typed import Typed, typed_lines

FONTS = "fonts"
KEEP, ERASE = "keep", "erase"
HALF = 0.5
READ_SURELY = 0.8
"""Certainty from which what a region says is taken for what stands there."""
STEPS = 3
"""Of the progress bar, a line: read, measured, set."""


class Reletter(io.ComfyNode):
    """New words in the lettering of the old ones."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongReletter",
            display_name="Re-letter Text",
            category="dancheong/text",
            description="Set new words in the lettering of the old ones: its colours, size, turn and the nearest font.",
            search_aliases=["replace text", "translate text", "comic translation", "scanlation", "text replacement",
                            "pseudo-text", "retitle", "match font"],
            inputs=[
                io.Image.Input("image", tooltip="The picture with the old words."),
                io.String.Input(
                    "text",
                    multiline=True,
                    tooltip="New words, a line for each region: 2: words. A line may carry its own values, as the "
                    "report prints them: 2 size=84 dx=-6 angle=3 colour=#ffcc00: words. ' / ' breaks a line.",
                ),
                io.String.Input(
                    "regions",
                    default="",
                    tooltip="From OCR Text Mask, made from the same picture. Empty: every piece of the mask is one.",
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="Without regions, where the words are; with them, which of them lines take in turn.",
                ),
                io.Combo.Input(
                    "font",
                    options=[fonts.AUTO, *_fonts()],
                    tooltip="auto takes the one most like the old letters among those that draw the new words.",
                ),
                io.Combo.Input(
                    "match",
                    options=list(MATCHES),
                    tooltip="all: place, size, turn, colours, outline, shadow and font; place only: the first three.",
                ),
                io.Combo.Input(
                    "fit",
                    options=list(FITS),
                    tooltip="What is done to words that are too long: set smaller, condensed first, or broken.",
                ),
                io.Combo.Input(
                    "background",
                    options=[KEEP, ERASE],
                    default=ERASE,
                    tooltip="erase fills where the old letters stood; keep sets the new ones over what is there.",
                ),
                io.Combo.Input("method", options=list(METHODS), tooltip="How erased letters are filled."),
                io.String.Input(
                    "colour",
                    default="#ffffff",
                    optional=True,
                    tooltip="Of the letters with match 'place only': #rrggbb or a CSS colour name.",
                ),
                INPAINT_MODEL.Input(
                    "inpaint_model", optional=True, tooltip="From Load Inpaint Model, for the method lama."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with the new words."),
                io.Image.Output(display_name="text_layer", tooltip="The new words alone, with alpha."),
                io.String.Output(
                    display_name="report", tooltip="Every line with all that was measured, to be copied and changed."
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(
        cls, image, text, regions, font, match, fit, background, method, mask=None, colour="#ffffff",
        inpaint_model=None,
    ) -> io.NodeOutput:  # fmt: skip
        """See the schema."""
        if background == ERASE:
            check_filling(method, inpaint_model)
        pictures = images.pictures(image)
        known = _fonts()
        lines = typed_lines(text, known)
        wish = Wish(known, font, match, fit, colour_of("colour", colour))
        places = _places(pictures, regions, mask, lines)
        reader = region_reader() if match == ALL else None
        progress = Progress(sum(len(own) for _, own in places) * STEPS)
        result, layers, reports = images.working_copy(image), torch.zeros(*pictures.shape[:3], 4), []
        for number, (picture, (found, own)) in enumerate(zip(pictures, places, strict=True)):
            pixels = images.bytes_as_seen(picture)
            seen = [_measured(pixels, found[at - 1], reader, progress) for at, _ in own]
            if background == ERASE:
                strength = torch.from_numpy(_old([one.measured for one in seen], pixels.shape[:2])).float()
                fill_masked(result[number], picture, strength, method, inpaint_model)
            report = []
            for (at, line), one in zip(own, seen, strict=True):
                own_wish = wish if one.is_matched else replace(wish, match=PLACE_ONLY)
                done = interruptibly(relettered, at, line, one.measured, own_wish, pixels.shape[:2])
                _over(layers[number], done)
                report += [f"# Region {at}: {'; '.join([*one.notes, *done.notes])}.", done.line]
                progress.step()
            lay(result[number : number + 1], images.pictures(result[number : number + 1]), layers[number])
            reports.append("\n".join([*report, *_left(len(found), [at for at, _ in own])]))
        several = len(reports) > 1
        told = [f"# Picture {at}\n{report}" if several else report for at, report in enumerate(reports, 1)]
        return io.NodeOutput(images.to_host(result), images.to_host(layers), "\n".join(told))

    @classmethod
    def fingerprint_inputs(cls, **_) -> str:
        """What `auto` finds depends on models/fonts; the machine's own fonts stay while ComfyUI runs."""
        return stamp(*listed(FONTS))


def _places(pictures, regions, mask, lines: list[Typed]):
    """For every picture its regions, and the lines by number."""
    reported = reported_regions(regions) if regions and regions.strip() else [None] * len(pictures)
    if len(reported) != len(pictures):
        raise UserError(f"Expected the regions of {len(pictures)} pictures, got those of {len(reported)}.")
    masks = [None] * len(pictures) if mask is None else list(images.masks_for(mask, pictures).numpy() > HALF)
    size = tuple(pictures.shape[1:3])
    found = [regions_of(one, area, size) for one, area in zip(reported, masks, strict=True)]
    return [(all_of, numbered(lines, all_of, chosen, size)) for all_of, chosen in found]


@dataclass(frozen=True)
class _Seen:
    measured: Measured
    is_matched: bool
    notes: list[str]


def _measured(pixels: np.ndarray, region: Region, reader, progress: Progress) -> _Seen:
    """What a region's lettering looks like, and what is to be told of it."""
    notes: list[str] = []
    if reader is not None:
        region = reader(pixels, Region(region.polygon, region.score))
    progress.step()
    words = (region.text or "").strip() if region.certainty >= READ_SURELY else ""
    if words:
        notes.append(f'it says "{words}"')
    found = interruptibly(measured, pixels, region, words)
    progress.step()
    if found is not None:
        return _Seen(found, True, notes)
    notes.append("no letters part from their ground, so its place alone is matched")
    return _Seen(interruptibly(unseen, pixels, region), False, notes)


def _old(found: list[Measured], size: tuple[int, int]) -> np.ndarray:
    """`[H,W]` bool: the old letterings."""
    mask = np.zeros(size, bool)
    for one in found:
        rows, columns = (
            slice(start, start + side) for start, side in zip((one.top, one.left), one.old.shape, strict=True)
        )
        mask[rows, columns] |= one.old
    return mask


def _over(layer: torch.Tensor, done: Relettered) -> None:
    """Lay a line over those that are there, in place; straight alpha."""
    place = layer[done.layer.rows, done.layer.columns]
    above = torch.from_numpy(done.layer.rgba)
    alpha = above[..., 3:] + place[..., 3:] * (1 - above[..., 3:])
    colours = above[..., :3] * above[..., 3:] + place[..., :3] * place[..., 3:] * (1 - above[..., 3:])
    place[..., :3] = torch.where(alpha > 0, colours / alpha.clamp(min=1e-6), 0.0)
    place[..., 3:] = alpha


def _left(count: int, named: list[int]) -> list[str]:
    """A word about the regions that no line names."""
    left = [str(number) for number in range(1, count + 1) if number not in named]
    return [f"# Not named, and left as they are: {', '.join(left)}."] if left else []


def _fonts() -> dict[str, fonts.Font]:
    return fonts.available(listed(FONTS))
