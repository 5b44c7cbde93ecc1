"""The face of the text mask."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..host import images
from ..host.api import io
from ..host.progress import Progress, interruptibly
from . import rapidocr_engine, regions, shapes
from .rules import Rules


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
                    options=["auto", "rapidocr"],
                    tooltip="The text finder. auto takes the best one installed; the regions output names it.",
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
                    default=10.0,
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
                io.String.Input(
                    "keep",
                    default="",
                    tooltip="Text that stays: words or a regular expression, several with | between them.",
                ),
                io.String.Input(
                    "only",
                    default="",
                    tooltip="Mask nothing but this text: words or a regular expression.",
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
            ],
            outputs=[
                io.Mask.Output(display_name="mask", tooltip="1 on text, one mask per picture."),
                io.String.Output(
                    display_name="regions", tooltip="JSON: per picture its regions with polygon and text."
                ),
                io.Image.Output(display_name="overlay", tooltip="What was found: red is masked, green is kept."),
                io.Int.Output(display_name="count", tooltip="Masked regions in all pictures together."),
            ],
        )

    @classmethod
    def execute(
        cls, image, engine, shape, grow, feather, keep, only, min_height, max_height, min_score
    ) -> io.NodeOutput:
        pictures = images.pictures(image)
        rules = Rules(keep, only, min_height, max_height, min_score)
        finder = interruptibly(rapidocr_engine.load)
        if rules.need_hangul and not finder.reads_hangul:
            raise ValueError(
                f"'keep' or 'only' contains Hangul, which the engine {finder.name} finds but cannot read. "
                "Expected Latin letters, digits or Hanja there; choose Korean text by height or place instead."
            )
        masks, overlays, found, count = [], [], [], 0
        progress = Progress(len(pictures))
        for picture in pictures:
            pixels = images.to_bytes(images.rgb(picture))
            lines = interruptibly(finder.detect, pixels)
            if rules.need_text:
                lines = interruptibly(finder.read, pixels, lines)
            chosen = [rules.masked(line) for line in lines]
            masked = [line for line, is_masked in zip(lines, chosen, strict=True) if is_masked]
            masks.append(torch.from_numpy(interruptibly(shapes.draw_mask, pixels, masked, shape, grow)).float())
            overlays.append(images.from_bytes(shapes.draw_overlay(pixels, lines, chosen)))
            found.append(regions.to_json(finder.name, pixels.shape[1::-1], lines, chosen))
            count += len(masked)
            progress.step()
        mask = images.widen(torch.stack(masks), 0.0, feather)
        return io.NodeOutput(images.to_host(mask), regions.report(found), images.to_host(torch.stack(overlays)), count)
