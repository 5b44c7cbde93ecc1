"""The face of StoryGen's files: one is loaded, and what Stable Diffusion 1.5 lacks is kept of one."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import re
from dataclasses import dataclass
from pathlib import Path

from ..ground import UserError
from ..host import folders
from ..host.api import io
from ..host.models import ModelFolder
from ..host.wires import STORYGEN
from . import comfy_extract, comfy_load, layout, weights
from .stage import STAGES


@dataclass(frozen=True)
class Offered(ModelFolder):
    """A model folder whose diffusers folders are offered too."""

    def _offered(self) -> dict[str, Path]:
        return layout.offered(folders.roots(self.folder))


MODELS = Offered("storygen", "StoryGen", "run `dancheong models get storygen`, or put checkpoint_StorySalon there")
AUTO = "auto"
NAME = re.compile(r"[^\s./\\:*?\"<>|][^/\\:*?\"<>|]*")


class LoadStoryGen(io.ComfyNode):
    """Of models/storygen."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongLoadStoryGen",
            display_name="Load StoryGen",
            category="dancheong/story",
            description="Load StoryGen, with which Stable Diffusion 1.5 looks at earlier pictures of a story.",
            search_aliases=["storygen", "intelligent grimm", "story visualization", "consistent character", "comic"],
            inputs=[
                io.Combo.Input(
                    "file",
                    options=MODELS.names(),
                    tooltip=(
                        "From models/storygen: the authors' folder (it ends in /), its unet file, or what Extract "
                        "StoryGen Adapter made of it."
                    ),
                ),
                io.Combo.Input(
                    "stage",
                    options=[AUTO, *STAGES],
                    default=AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="What it was trained for; auto goes by the file's names: StorySalon or COCO.",
                ),
            ],
            outputs=[
                STORYGEN.Output(display_name="storygen", tooltip="For Apply StoryGen and Tell Story."),
                io.String.Output(display_name="report", tooltip="Blocks, weights, stage, what was not read."),
            ],
        )

    @classmethod
    def execute(cls, file, stage=AUTO) -> io.NodeOutput:
        """Load it, and say what it is."""
        path = MODELS.path(file)
        found = weights.read(path)
        storygen = comfy_load.load(str(file), found, None if stage == AUTO else stage)
        widths = ", ".join(map(str, sorted(set(found.widths().values()))))
        how = "chosen" if stage != AUTO else "of the file" if found.stage else "assumed, as the file does not say"
        count = sum(tensor.numel() for parts in found.blocks.values() for tensor in parts.values())
        lines = [
            f"{file}: {len(found.blocks)} blocks of widths {widths}, {count / 1e6:,.1f} million weights of image and "
            "self-attention.",
            f"Stage {storygen.stage} ({how}).",
            *(f"Note: {note}." for note in found.notes),
        ]
        return io.NodeOutput(storygen, "\n".join(lines))

    @classmethod
    def validate_inputs(cls, file=None) -> bool | str:
        """Whether the file is there."""
        return MODELS.check(file)

    @classmethod
    def fingerprint_inputs(cls, file, stage=AUTO) -> str:
        """The file may be another one."""
        return MODELS.stamp(file)


class ExtractStoryGen(io.ComfyNode):
    """Into models/storygen."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Inputs and outputs."""
        return io.Schema(
            node_id="DancheongExtractStoryGen",
            display_name="Extract StoryGen Adapter",
            category="dancheong/story",
            description="Keep of a whole StoryGen only what Stable Diffusion 1.5 lacks: 0.2 GB in place of 3.6.",
            search_aliases=["storygen", "convert", "adapter", "shrink", "prune"],
            is_output_node=True,
            inputs=[
                io.Combo.Input("file", options=MODELS.names(), tooltip="A whole StoryGen of models/storygen."),
                io.Model.Input("model", tooltip="The Stable Diffusion 1.5 that it was trained from."),
                io.String.Input(
                    "name",
                    default="storygen_adapter",
                    tooltip="File name without ending, for models/storygen; another file is never overwritten.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="path", tooltip="The file that was written."),
                io.String.Output(display_name="report", tooltip="What was kept, and how it was checked."),
            ],
        )

    @classmethod
    def execute(cls, file, model, name) -> io.NodeOutput:
        """Write the adapter, and check it."""
        name = name.strip().removesuffix(".safetensors")
        if not NAME.fullmatch(name):
            raise UserError(
                f'Expected a plain file name such as storysalon, got {name!r}: no folders and none of : * ? " < > |'
            )
        target = folders.roots(MODELS.folder)[0] / f"{name}.safetensors"
        found = comfy_extract.extract(MODELS.path(file), model, target)
        before, after = found.megabytes
        lines = [
            f"{target.name}: {found.tensors} tensors, {after:,.1f} MB in place of {before:,.1f} MB.",
            f"Rebuilt: read back they are what was written, and the other {found.compared} tensors are the MODEL's, to "
            f"{found.furthest:.1g} of their largest value.",
            *(f"Note: {note}." for note in found.notes),
        ]
        return io.NodeOutput(str(target), "\n".join(lines))

    @classmethod
    def validate_inputs(cls, file=None) -> bool | str:
        """Whether the file is there."""
        return MODELS.check(file)

    @classmethod
    def fingerprint_inputs(cls, file, name, model=None) -> str:
        """The file may be another one."""
        return MODELS.stamp(file)
