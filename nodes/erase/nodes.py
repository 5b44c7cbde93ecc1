"""The face of erasing."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

from typing import Any

import numpy as np
import torch

from ..host import images
from ..host.api import io
from ..host.models import ModelFolder
from ..host.progress import Progress
from ..host.wires import INPAINT_MODEL
from ..text_mask import ENGINES, Region
from ..text_mask.comfy import TextSearch, all_but, keep_input, search_stamp
from . import comfy_lama
from .comfy import AUTO, METHODS, check_filling, fill_masked
from .rounds import Rounds, erase

MODELS = ModelFolder("inpaint", "inpaint model", "run `dancheong models get lama`, or put big-lama there")


def _method() -> io.Combo.Input:
    return io.Combo.Input(
        "method",
        options=list(METHODS),
        default=AUTO,
        tooltip=(
            "auto copies what is around, and fills smooth backgrounds smoothly with their grain. telea keeps edges "
            "running, ns (Navier-Stokes) is softer: both are quick, and blur texture. lama is a network and needs an "
            "inpaint model."
        ),
    )


def _model() -> Any:
    return INPAINT_MODEL.Input("inpaint_model", optional=True, tooltip="Needed for the method lama.")


class LoadInpaintModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadInpaintModel",
            display_name="Load Inpaint Model",
            category="dancheong/text",
            description="Load LaMa, an inpainting network, from models/inpaint.",
            search_aliases=["lama", "big-lama", "inpainting model", "object removal model"],
            inputs=[
                io.Combo.Input(
                    "model_name",
                    options=MODELS.names(),
                    tooltip="A file of models/inpaint; `dancheong models get lama` fetches one.",
                )
            ],
            outputs=[INPAINT_MODEL.Output(display_name="inpaint_model", tooltip="For the method lama.")],
        )

    @classmethod
    def execute(cls, model_name) -> io.NodeOutput:
        return io.NodeOutput(comfy_lama.load(MODELS.path(model_name)))

    @classmethod
    def validate_inputs(cls, model_name=None) -> bool | str:
        return MODELS.check(model_name)

    @classmethod
    def fingerprint_inputs(cls, model_name) -> str:
        return MODELS.stamp(model_name)


class EraseMasked(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongEraseMasked",
            display_name="Erase Masked Area",
            category="dancheong/text",
            description="Fill the masked area from its surroundings. Pixels outside the mask stay bit-identical.",
            search_aliases=["inpaint", "remove text", "telea", "navier-stokes", "lama", "object removal",
                            "content-aware fill"],
            inputs=[
                io.Image.Input("image", tooltip="Pictures to clean; alpha stays, but for letters that it shows."),
                io.Mask.Input("mask", tooltip="1 = erase. One mask serves a whole batch; another size is resized."),
                _method(),
                io.Int.Input(
                    "grow", default=0, min=0, max=512, tooltip="Widen the mask by so many pixels before erasing."
                ),
                io.Int.Input(
                    "feather",
                    default=0,
                    min=0,
                    max=512,
                    tooltip="Blend into the picture over so many pixels outside the mask.",
                ),
                _model(),
            ],
            outputs=[io.Image.Output(display_name="image", tooltip="The pictures with the masked area filled.")],
        )  # fmt: skip

    @classmethod
    def execute(cls, image, mask, method, grow, feather, inpaint_model=None) -> io.NodeOutput:
        check_filling(method, inpaint_model)
        pictures = images.pictures(images.coloured(image))
        masks = images.widen(images.masks_for(mask, pictures), grow, feather)
        cleaned = images.working_copy(images.coloured(image))
        progress = Progress(len(pictures))
        for result, picture, strength in zip(cleaned, pictures, masks, strict=True):
            fill_masked(result, picture, strength, method, inpaint_model, progress.part)
            progress.step()
        return io.NodeOutput(images.to_host(images.in_form_of(image, cleaned)))


class EraseText(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongEraseText",
            display_name="Erase Text",
            category="dancheong/text",
            description=(
                "Find text and erase it, and look again, until no text is left, it does not become less, or the rounds "
                "are used up. Pixels outside the erased areas stay bit-identical."
            ),
            search_aliases=[
                "remove text",
                "detextify",
                "clean text",
                "pseudo-text",
                "text removal",
                "remove gibberish",
            ],
            inputs=[
                io.Image.Input("image", tooltip="Pictures to clean; alpha stays, but for letters that it shows."),
                io.Combo.Input(
                    "engine",
                    options=list(ENGINES),
                    tooltip="The text finder, as in OCR Text Mask.",
                ),
                io.Combo.Input(
                    "shape",
                    options=["stroke", "polygon", "box"],
                    tooltip="What is erased: the letters alone, the text's turned frame, or its upright frame.",
                ),
                io.Float.Input(
                    "grow",
                    default=6.0,
                    min=0.0,
                    max=200.0,
                    step=1.0,
                    tooltip="Widen each region, in percent of its own text height.",
                ),
                keep_input(),
                _method(),
                io.Int.Input("rounds", default=3, min=1, max=10, tooltip="Look and erase at most so many times."),
                _model(),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The pictures without the text."),
                io.Mask.Output(display_name="mask", tooltip="1 where something was erased."),
                io.String.Output(display_name="report", tooltip="Per picture how much text each round found."),
                io.Int.Output(display_name="left", tooltip="Texts still found at the end, in all pictures together."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, keep, **_) -> str | float:
        return search_stamp(keep)

    @classmethod
    def execute(cls, image, engine, shape, grow, keep, method, rounds, inpaint_model=None) -> io.NodeOutput:
        check_filling(method, inpaint_model)
        pictures = images.pictures(images.coloured(image))
        search = TextSearch(engine, all_but(keep), shape, grow)
        cleaned = images.working_copy(images.coloured(image))
        masks = torch.zeros(pictures.shape[:3])
        progress = Progress(len(pictures) * (rounds + 1) * search.steps(*pictures.shape[1:3]))
        lines, left = [], 0
        for number, (result, erased) in enumerate(zip(cleaned, masks, strict=True), 1):
            done = _erase(result, search, method, inpaint_model, rounds, progress)
            erased.copy_(torch.from_numpy(done.erased))
            left += done.counts[-1]
            counts = " -> ".join(map(str, done.counts))
            reader = f", read by {search.reader}" if search.reader else ""
            line = f"Picture {number}: {counts} texts, engine {search.engine.name}{reader}. {done.stopped}"
            lines.append(line.rstrip())
        cleaned = images.in_form_of(image, cleaned)
        return io.NodeOutput(images.to_host(cleaned), images.to_host(masks), "\n".join(lines), left)


def _erase(result, search, method, model, most, progress) -> Rounds:
    """Erase one picture's text in place."""

    def pixels() -> np.ndarray:
        return images.bytes_as_seen(images.pictures(result[None])[0])

    def look() -> list[Region]:
        return search.wanted(pixels(), progress)

    def draw(found: list[Region]) -> np.ndarray:
        return search.mask(pixels(), found).astype(bool)

    def fill(mask: np.ndarray) -> None:
        fill_masked(result, images.pictures(result[None])[0], torch.from_numpy(mask).float(), method, model)

    return erase(tuple(result.shape[:2]), look, draw, fill, most)
