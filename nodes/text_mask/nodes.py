"""The face of the text mask."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..host import images
from ..host.api import io
from ..host.progress import Progress
from . import ENGINES, regions
from .comfy import TextSearch, expression, keep_input, search_stamp
from .marking import shapes
from .marking.rules import PLACES, SCRIPTS, Rules

ANYWHERE, ANY = "anywhere", "any"


class OCRTextMask(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongOCRTextMask",
            display_name="OCR Text Mask",
            category="dancheong/text",
            description="Find text and pseudo-text in pictures and mask it. No text gives an empty mask and count 0.",
            search_aliases=["text detection", "ocr", "find text", "pseudo-text", "gibberish text", "text segmentation"],
            inputs=[
                io.Image.Input("image", tooltip="Pictures to search; each is searched on its own."),
                io.Combo.Input(
                    "engine",
                    options=list(ENGINES),
                    tooltip=(
                        "The text finder. auto takes the best one that is there; the regions output names it. craft "
                        "and keras-ocr need weights, keras-ocr an environment too (dancheong engines install)."
                    ),
                ),
                io.Combo.Input(
                    "shape",
                    options=["polygon", "box", "stroke"],
                    tooltip=(
                        "polygon follows turned text; box is upright, as keras-ocr pipelines mask; stroke masks the "
                        "letters alone, which suits Telea and keeps the picture between them."
                    ),
                ),
                io.Float.Input(
                    "grow",
                    default=4.0,
                    min=0.0,
                    max=200.0,
                    step=1.0,
                    tooltip="Widen each region, in percent of its own text height.",
                ),
                io.Float.Input(
                    "feather",
                    default=0.0,
                    min=0.0,
                    max=512.0,
                    step=1.0,
                    tooltip="Let the mask fade outward over so many pixels.",
                ),
                keep_input(),
                io.String.Input(
                    "only",
                    default="",
                    tooltip="Mask nothing but this text: words, a regular expression or @list.txt, as for keep.",
                ),
                io.Float.Input(
                    "min_height",
                    default=0.0,
                    min=0.0,
                    max=16384.0,
                    step=1.0,
                    advanced=True,
                    tooltip="Text lower than this many pixels stays; 0 = no limit.",
                ),
                io.Float.Input(
                    "max_height",
                    default=0.0,
                    min=0.0,
                    max=16384.0,
                    step=1.0,
                    advanced=True,
                    tooltip="Text higher than this many pixels stays; 0 = no limit.",
                ),
                io.Float.Input(
                    "min_score",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    advanced=True,
                    tooltip="Regions that the finder trusts less than this stay, 0 to 1.",
                ),
                io.Combo.Input(
                    "place",
                    options=[ANYWHERE, *PLACES],
                    advanced=True,
                    tooltip="Mask text only in this third of the picture, by its middle; centre is the middle ninth.",
                ),
                io.Combo.Input(
                    "script",
                    options=[ANY, *SCRIPTS],
                    advanced=True,
                    tooltip="Mask only text with at least one such letter; hangul needs the Korean recogniser.",
                ),
            ],
            outputs=[
                io.Mask.Output(display_name="mask", tooltip="1 on text, one mask per picture."),
                io.String.Output(
                    display_name="regions", tooltip="JSON: per picture its regions with polygon and text."
                ),
                io.Image.Output(
                    display_name="overlay", tooltip="What was found, numbered: red is masked, green is kept."
                ),
                io.Int.Output(display_name="count", tooltip="Masked regions in all pictures together."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, keep, only, **_) -> str | float:
        return search_stamp(keep, only)

    @classmethod
    def execute(
        cls, image, engine, shape, grow, feather, keep, only, min_height, max_height, min_score, place, script
    ) -> io.NodeOutput:
        pictures = images.pictures(images.coloured(image))
        rules = Rules(
            expression(keep),
            expression(only),
            min_height,
            max_height,
            min_score,
            "" if place == ANYWHERE else place,
            "" if script == ANY else script,
        )
        search = TextSearch(engine, rules, shape, grow)
        progress = Progress(len(pictures) * search.steps(*pictures.shape[1:3]))
        mask, overlay = torch.empty(pictures.shape[:3]), torch.empty(*pictures.shape[:3], 3)
        reports, count = [], 0
        for number, picture in enumerate(pictures):
            pixels = images.bytes_as_seen(picture)
            found = search.find(pixels, progress)
            mask[number] = torch.from_numpy(found.mask)
            drawn = shapes.draw_overlay(pixels, found.regions, found.masked)
            overlay[number].copy_(torch.from_numpy(drawn)).div_(255.0)
            reports.append(search.to_json(pixels, found))
            count += found.count
        mask = images.widen(mask, 0.0, feather)
        return io.NodeOutput(images.to_host(mask), regions.report(reports), images.to_host(overlay), count)
