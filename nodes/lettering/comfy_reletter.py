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
from ..host.progress import Progress, interruptibly
from ..host.wires import INPAINT_MODEL, TYPE
from ..page.colour import colour_of
from ..page.lettered import Lettered
from ..text_mask import Region, reported_regions
from ..text_mask.comfy import region_readings
from . import comfy_fonts, fonts
from .layer import lay
from .reletter.measure import Measured, measured, unseen
from .reletter.painting import Layer
from .reletter.places import numbered, regions_of
from .reletter.reletter import ALL, MATCHES, PLACE_ONLY, Relettered, Wish, relettered
from .reletter.setting import FITS
from .reletter.typed import Typed, typed_lines

KEEP, ERASE = "keep", "erase"
HALF = 0.5
WHITE = "#ffffff"
STEPS = 2
"""Of the progress bar, a line: measured, set."""


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
                    options=[fonts.AUTO, *comfy_fonts.known()],
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
                    default=WHITE,
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
                TYPE.Output(
                    display_name="type",
                    tooltip="The new letters as outlines, for Save for Print; of one picture. Gradients stay pixels.",
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(
        cls, image, text, regions, font, match, fit, background, method, mask=None, colour=WHITE,
        inpaint_model=None,
    ) -> io.NodeOutput:  # fmt: skip
        """See the schema."""
        if background == ERASE:
            check_filling(method, inpaint_model)
        pictures = images.pictures(image)
        known = comfy_fonts.known()
        lines = typed_lines(text, known)
        wish = Wish(known, font, match, fit, colour_of("colour", colour))
        places = _places(pictures, regions, mask, lines)
        reader = region_readings() if match == ALL else None
        progress = Progress(sum(len(own) for _, own in places) * STEPS)
        result, layers, reports = images.working_copy(image), torch.zeros(*pictures.shape[:3], 4), []
        letters: list[Relettered] = []
        for number, (picture, (found, own)) in enumerate(zip(pictures, places, strict=True)):
            pixels = images.bytes_as_seen(picture)
            seen = [_measured(pixels, found[at - 1], known.values(), reader, progress) for at, _ in own]
            if background == ERASE:
                strength = torch.from_numpy(_old([one.measured for one in seen], pixels.shape[:2])).float()
                fill_masked(result[number], picture, strength, method, inpaint_model)
            report = []
            for (at, line), one in zip(own, seen, strict=True):
                own_wish = wish if one.is_matched else replace(wish, match=PLACE_ONLY)
                done = interruptibly(relettered, at, line, one.measured, own_wish, pixels.shape[:2])
                _over(layers[number], done.layer)
                letters.append(done)
                report += [f"# Region {at}: {'; '.join([*one.notes, *done.notes])}.", done.line]
                progress.step()
            if match == ALL and colour != WHITE and all(one.is_matched for one in seen):
                report.append(f"# {colour} is not used: 'colour' is for 'place only'. A line may say colour={colour}.")
            reports.append("\n".join([*report, *_left(len(found), [at for at, _ in own])]))
        lettered = _lettered(result, layers, letters) if len(pictures) == 1 else None
        lay(result, images.pictures(result), layers)
        if lettered is None:
            reports = [f"# Picture {at}\n{report}" for at, report in enumerate(reports, 1)]
            reports.append("# The output 'type' is empty: it holds the words of one picture.")
        return io.NodeOutput(images.to_host(result), images.to_host(layers), "\n".join(reports), lettered)

    @classmethod
    def fingerprint_inputs(cls, **_) -> str:
        """A line may name any font."""
        return comfy_fonts.stamped(fonts.AUTO)


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


def _measured(pixels: np.ndarray, region: Region, known, reader, progress: Progress) -> _Seen:
    """What a region's lettering looks like, and what is to be told of it."""
    notes: list[str] = []
    found = interruptibly(measured, pixels, region, known, reader)
    progress.step()
    if found is not None and found.seen.words:
        notes.append(f'it says "{found.seen.words}"')
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


def _lettered(result: torch.Tensor, layers: torch.Tensor, letters: list[Relettered]) -> Lettered:
    """The lines as outlines, beside the one picture that they are set on."""
    under = torch.zeros_like(layers[0])
    for line in letters:
        _over(under, line.under)
    shapes = tuple(shape for line in letters for shape in line.shapes)
    return Lettered(images.pictures(result).clone(), under, layers[0], shapes)


def _over(layer: torch.Tensor, line: Layer) -> None:
    """Lay a line over those that are there, in place; straight alpha."""
    place = layer[line.rows, line.columns]
    above = torch.from_numpy(line.rgba)
    alpha = above[..., 3:] + place[..., 3:] * (1 - above[..., 3:])
    colours = above[..., :3] * above[..., 3:] + place[..., :3] * place[..., 3:] * (1 - above[..., 3:])
    place[..., :3] = torch.where(alpha > 0, colours / alpha.clamp(min=1e-6), 0.0)
    place[..., 3:] = alpha


def _left(count: int, named: list[int]) -> list[str]:
    """A word about the regions that no line names."""
    left = [str(number) for number in range(1, count + 1) if number not in named]
    return [f"# Not named, and left as they are: {', '.join(left)}."] if left else []
