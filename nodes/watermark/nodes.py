"""The face of agency marks."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import dataclasses
import re

import numpy as np
import torch

from ..erase.comfy import check_filling
from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.images import from_bytes, pictures, to_host, working_copy
from ..host.models import ModelFolder
from ..host.progress import Progress
from ..host.saved import metadata_disabled
from ..host.wires import INPAINT_MODEL, WATERMARK
from ..text_mask.comfy import search_stamp
from . import mark_file
from .comfy_pictures import box_of, mask_of, pixels
from .learning import learn
from .mark import ANCHORS
from .removing import clean
from .removing.comfy_removal import METHODS, UNBLEND, Removed, remove_learned
from .removing.learned import PROVENANCE
from .removing.preview import sheet, tiles
from .words.comfy_words import TextRemoval

MARKS = ModelFolder("watermarks", "learned mark", "run the workflow learn_watermark on 20 pictures of the agency")
AUTO_REGION, CORNERS, CENTRE, MASK = REGIONS = ("auto", "corners", "centre", "mask")
NAME = re.compile(r"[^\s./\\:*?\"<>|][^/\\:*?\"<>|]*")


class LearnWatermark(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLearnWatermark",
            display_name="Learn Watermark",
            category="dancheong/news",
            description=(
                "Learn the mark that an agency puts on every picture, its opacity and colour, from 10 or more pictures "
                "that carry it. For your own or licensed pictures."
            ),
            search_aliases=["watermark", "agency logo", "estimate watermark", "watermark template", "news photo"],
            is_input_list=True,
            inputs=[
                io.Image.Input(
                    "images",
                    tooltip="Pictures with the same mark, as a list or a batch; sizes may differ. 20 are enough.",
                ),
                io.Combo.Input(
                    "region",
                    options=list(REGIONS),
                    tooltip="Where to look: auto takes corners, top, bottom and centre, mask takes the masked area.",
                ),
                io.String.Input(
                    "agency", default="", tooltip="Whose mark it is; reports and saved pictures will name it."
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="For the region mask: the area of the mark, roughly; then 3 pictures are enough.",
                ),
            ],
            outputs=[
                WATERMARK.Output(display_name="watermark", tooltip="For Clean News Watermark and Save Watermark."),
                io.Mask.Output(display_name="mask", tooltip="Where the mark lies in a picture of the commonest size."),
                io.Image.Output(
                    display_name="preview",
                    tooltip="The mark on three greys, and a picture before and after it is taken off.",
                ),
                io.String.Output(display_name="report", tooltip="What was found, where, and how sure that is."),
            ],
        )

    @classmethod
    def execute(cls, images, region, agency, mask=None) -> io.NodeOutput:
        photos = pixels(images)
        box = box_of(mask) if region[0] == MASK else None
        places = {CORNERS: tuple(name for name in ANCHORS if " " in name), CENTRE: (CENTRE,)}.get(
            region[0], tuple(ANCHORS)
        )
        learned = _learn(photos, places, box)
        mark, report = learned.watermark, learned.report
        if mark.others and agency[0].strip():
            report += f"\nWhich of them is the mark of {agency[0].strip()} is not known, so none bears its name."
        elif agency[0].strip():
            mark = dataclasses.replace(mark, agency=agency[0].strip())
        shown = []
        for family in learned.families:
            clearest = photos[learned.numbers(family)[0]]
            at = clean.find(clearest, family.watermark)
            if at is None:
                raise learn.NoMark(
                    "What was learned is not found again in the pictures: mask the mark's area, or add pictures."
                )
            shown += tiles(family.watermark, clearest, clean.lay(clearest, family.watermark, at))
        return io.NodeOutput(mark, mask_of(mark), to_host(from_bytes(sheet(shown)))[None], report)


class SaveWatermark(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongSaveWatermark",
            display_name="Save Watermark",
            category="dancheong/news",
            description="Keep a learned mark in models/watermarks, for single pictures and for later.",
            search_aliases=["watermark", "save template"],
            is_output_node=True,
            inputs=[
                WATERMARK.Input("watermark", tooltip="From Learn Watermark."),
                io.String.Input(
                    "name", default="agency", tooltip="File name without ending; another mark is never overwritten."
                ),
            ],
            outputs=[WATERMARK.Output(display_name="watermark", tooltip="The same, to go on with.")],
        )

    @classmethod
    def execute(cls, watermark, name) -> io.NodeOutput:
        name = name.strip().removesuffix(".safetensors")
        if not NAME.fullmatch(name):
            raise UserError(
                f'Expected a plain file name such as yonhap-2024, got {name!r}: no folders and none of : * ? " < > |'
            )
        mark_file.write(folders.roots(MARKS.folder)[0] / f"{name}.safetensors", watermark)
        return io.NodeOutput(watermark)


class LoadWatermark(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadWatermark",
            display_name="Load Watermark",
            category="dancheong/news",
            description="A learned mark from models/watermarks.",
            search_aliases=["watermark", "watermark template"],
            inputs=[io.Combo.Input("name", options=MARKS.names(), tooltip="A file that Save Watermark wrote.")],
            outputs=[WATERMARK.Output(display_name="watermark", tooltip="For Clean News Watermark.")],
        )

    @classmethod
    def execute(cls, name) -> io.NodeOutput:
        return io.NodeOutput(mark_file.read(MARKS.path(name)))

    @classmethod
    def validate_inputs(cls, name=None) -> bool | str:
        return MARKS.check(name)

    @classmethod
    def fingerprint_inputs(cls, name) -> str:
        return MARKS.stamp(name)


class CleanWatermark(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCleanWatermark",
            display_name="Clean News Watermark",
            category="dancheong/news",
            description=(
                "Take an agency's mark off your own or licensed pictures. A learned mark is un-blended, which restores "
                "what was under it; without one, 10 or more pictures of a size learn from themselves, and single "
                "pictures are searched for agencies by name. Pictures without a mark pass bit-identical."
            ),
            search_aliases=["watermark remover", "remove watermark", "agency logo", "dewatermark", "news photo"],
            inputs=[
                io.Image.Input("image", tooltip="Pictures to clean; an alpha channel is kept."),
                io.Combo.Input(
                    "method",
                    options=list(METHODS),
                    tooltip=(
                        "auto un-blends and takes an inpainting wherever that is simpler; unblend does without; telea, "
                        "ns and lama fill the mark's area from its surroundings."
                    ),
                ),
                io.String.Input(
                    "agencies",
                    default="",
                    tooltip="More words, with commas between, that a single picture's marks are known by.",
                ),
                WATERMARK.Input("watermark", optional=True, tooltip="From Learn Watermark or Load Watermark."),
                INPAINT_MODEL.Input(
                    "inpaint_model", optional=True, tooltip="Needed for lama; auto then takes it in place of telea."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The pictures without the mark."),
                io.Mask.Output(display_name="mask", tooltip="1 where a picture changed."),
                io.String.Output(display_name="report", tooltip="Per picture whose mark was removed, and how."),
            ],
            hidden=[io.Hidden.extra_pnginfo],
        )

    @classmethod
    def fingerprint_inputs(cls, **_) -> str | float:
        return search_stamp()

    @classmethod
    def execute(cls, image, method, agencies, watermark=None, inpaint_model=None) -> io.NodeOutput:
        check_filling(method, inpaint_model)
        seen = pictures(image)
        cleaned = working_copy(image)
        lines = []
        if watermark is None and len(seen) >= learn.LEAST_UNGUIDED:
            try:
                learned = _learn(pixels([seen]), tuple(ANCHORS), None)
            except learn.NoMark as nothing:
                lines.append(f"{nothing} So each picture was searched by words.")
            else:
                watermark = learned.watermark
                lines.append(learned.report)
        if watermark is None and method == UNBLEND:
            raise UserError(
                "The method unblend needs a mark that was learned: connect Load Watermark, or 10 or more pictures of "
                "one agency; or choose auto, which then fills what is known by its words."
            )
        removed = []
        if watermark is not None:
            progress = Progress(len(seen))
            for result, picture in zip(cleaned, seen, strict=True):
                removed.append(remove_learned(result, picture, watermark, method, inpaint_model))
                progress.step()
        else:
            removal = TextRemoval(tuple(word.strip() for word in agencies.split(",") if word.strip()))
            if not removal.reads_hangul:
                lines.append(
                    "Hangul cannot be read here; names are known by their shape, and other small text in a corner "
                    "counts as a mark where the picture shows through it: `dancheong models get korean-ocr` makes it "
                    "sure."
                )
            progress = Progress(len(seen) * removal.steps(*seen.shape[1:3]))
            removed = [
                removal.remove(result, picture, method, inpaint_model, progress)
                for result, picture in zip(cleaned, seen, strict=True)
            ]
        for number, done in enumerate(removed, 1):
            lines.append(f"Picture {number}: {done.sentence}." if len(removed) > 1 else f"Here {done.sentence}.")
        cls._note(removed)
        mask = torch.from_numpy(np.stack([done.mask for done in removed])).float()
        return io.NodeOutput(to_host(cleaned), to_host(mask), "\n".join(lines))

    @classmethod
    def _note(cls, removed: list[Removed]) -> None:
        """Say it in what is saved later: ComfyUI writes each entry of this table into saved pictures."""
        table = cls.hidden.extra_pnginfo
        done = [entry for entry in removed if entry.method]
        doubts = [doubt for entry in removed for doubt in entry.doubts]
        if (done or doubts) and isinstance(table, dict) and not metadata_disabled():
            # Pictures of a list come one by one, and all of them are saved with one table.
            told = table.get(PROVENANCE, {})
            agencies = {name or "unknown" for entry in done for name in entry.agencies}
            table[PROVENANCE] = {
                "pictures": told.get("pictures", 0) + len(done),
                "agencies": sorted(agencies.union(told.get("agencies", ()))),
                "methods": sorted({entry.method for entry in done}.union(told.get("methods", ()))),
                "left": [*told.get("left", ()), *doubts],
            }


def _learn(photos: list[np.ndarray], places: tuple[str, ...], box: tuple | None) -> learn.Learned:
    return learn.learn(photos, places, box, Progress(learn.MOST_STEPS).step)
