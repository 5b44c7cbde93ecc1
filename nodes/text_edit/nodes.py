"""The face of the text editor."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..host import images
from ..host.api import io
from ..host.models import ModelFolder
from ..host.wires import DIFFSTE
from ..text_mask.comfy import line_reader
from . import comfy_load, placement
from .comfy_edit import SEEDS, Manner, Writer, prepared
from .comfy_places import places
from .comfy_sampling import SAMPLERS, SCHEDULERS, Settings

MODELS = ModelFolder("diffste", "DiffSTE file", "run `dancheong models get diffste`, or put the file there")
DTYPES = {"default": None, "float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
NO_READER = "none"


class LoadDiffSTE(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongLoadDiffSTE",
            display_name="Load DiffSTE",
            category="dancheong/text",
            description="Load DiffSTE, which rewrites a word in a picture in the picture's own style.",
            search_aliases=["diffste", "scene text editing", "text editor model", "text replacement"],
            inputs=[
                io.Combo.Input(
                    "checkpoint",
                    options=MODELS.names(),
                    tooltip=(
                        "A file of models/diffste: the authors' diffste.ckpt (`dancheong models get diffste`), or the "
                        ".safetensors that `dancheong models convert` makes of it, which loads faster."
                    ),
                ),
                io.Combo.Input(
                    "dtype",
                    options=list(DTYPES),
                    advanced=True,
                    tooltip="How the network's weights are kept. float32 is the original's, at twice the memory.",
                ),
            ],
            outputs=[
                DIFFSTE.Output(display_name="diffste", tooltip="For Edit Text in Image."),
                io.String.Output(display_name="report", tooltip="Sizes, latent scale, how the weights are kept."),
            ],
        )

    @classmethod
    def execute(cls, checkpoint, dtype) -> io.NodeOutput:
        path = MODELS.path(checkpoint)
        editor = comfy_load.load(path, DTYPES[dtype])
        sizes, network = editor.sizes, editor.model.model.diffusion_model
        count = sum(parameter.numel() for parameter in network.parameters())
        lines = [
            f"{path.name}: network of {count / 1e6:,.1f} million weights, levels "
            f"{', '.join(map(str, sizes.channels))}, kept as {str(network.dtype).removeprefix('torch.')}.",
            f"{sizes.text_heads} heads read text, {sizes.char_heads} read characters; latent scale "
            f"{sizes.latent_scale:g}.",
            f"{len(editor.characters)} characters known, words of up to {sizes.length}.",
            *(f"Note: {note}." for note in editor.notes),
        ]
        return io.NodeOutput(editor, "\n".join(lines))

    @classmethod
    def validate_inputs(cls, checkpoint=None) -> bool | str:
        return MODELS.check(checkpoint)

    @classmethod
    def fingerprint_inputs(cls, checkpoint, dtype) -> str:
        return MODELS.stamp(checkpoint)


class EditText(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongEditText",
            display_name="Edit Text in Image",
            category="dancheong/text",
            description=(
                "Write words into masked areas in the picture's own style, with DiffSTE. Latin letters and digits; "
                "pixels outside the areas stay bit-identical."
            ),
            search_aliases=["diffste", "scene text editing", "replace text", "re-letter", "text inpainting", "rewrite"],
            inputs=[
                DIFFSTE.Input("diffste", tooltip="From Load DiffSTE."),
                io.Image.Input("image", tooltip="Pictures of any size; an alpha channel is kept."),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip=(
                        "1 = write here. One word takes the whole mask; several take one mask each, or the mask's "
                        "separate pieces, row by row from the left. Not needed with regions."
                    ),
                ),
                io.String.Input(
                    "text",
                    multiline=True,
                    default="COVER",
                    tooltip=(
                        "One word a line, up to 16 Latin letters and digits. With regions: 3: COVER writes into region "
                        "3; without numbers the words go into the masked regions in turn."
                    ),
                ),
                io.String.Input(
                    "font",
                    default="",
                    tooltip=(
                        "A Google font that DiffSTE learned, such as Mohave, Allura or NovaMono-Bold; two with ' and ' "
                        "between them are mixed. Empty follows the picture."
                    ),
                ),
                io.String.Input(
                    "color", default="", tooltip="A colour name such as red or dark purple. Empty follows the picture."
                ),
                io.String.Input(
                    "instruction",
                    default="",
                    advanced=True,
                    tooltip="Replaces the whole sentence that DiffSTE is told (Write ... in font ...); 18 tokens.",
                ),
                io.Int.Input("steps", default=30, min=1, max=500, tooltip="Denoising steps; the original takes 30."),
                io.Float.Input(
                    "cfg",
                    default=7.5,
                    min=1.0,
                    max=30.0,
                    step=0.5,
                    tooltip="How firmly word and instruction are followed; 1 halves the time and follows least.",
                ),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=SEEDS - 1,
                    control_after_generate=True,
                    tooltip="Decides the first noise; further words and pictures count up from it.",
                ),
                io.Int.Input(
                    "samples",
                    default=1,
                    min=1,
                    max=16,
                    tooltip="Candidates for each word; the one that reads most like the word is taken.",
                ),
                io.Float.Input(
                    "context",
                    default=15.0,
                    min=2.0,
                    max=60.0,
                    step=1.0,
                    tooltip="How much is seen around a word: the square's surface in boxes of the word. Trained at 15.",
                ),
                io.Int.Input(
                    "feather",
                    default=4,
                    min=0,
                    max=256,
                    tooltip="Blend over so many pixels inside the area; outside nothing changes.",
                ),
                io.Combo.Input(
                    "resolution",
                    options=["256", "384", "512"],
                    advanced=True,
                    tooltip="Pixels of the square that the network works on; it learned 256.",
                ),
                io.Combo.Input(
                    "sampler",
                    options=list(SAMPLERS),
                    advanced=True,
                    tooltip="ddim is the original's; the others are ComfyUI's.",
                ),
                io.Combo.Input(
                    "scheduler",
                    options=list(SCHEDULERS),
                    advanced=True,
                    tooltip="leading is the original's schedule; the others are ComfyUI's.",
                ),
                io.Float.Input(
                    "eta",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Noise added again in every step of ddim; 0 is the original's. Other samplers ignore it.",
                ),
                io.Combo.Input(
                    "reader",
                    options=["auto", NO_READER],
                    advanced=True,
                    tooltip="What reads the candidates: auto takes the text recogniser if it is there, none the first.",
                ),
                io.String.Input(
                    "regions",
                    optional=True,
                    force_input=True,
                    tooltip="The regions of OCR Text Mask: each word is written into one of them. Replaces the mask.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The pictures with the words written."),
                io.Image.Output(
                    display_name="candidates", tooltip="Every candidate of every word, as the network drew it."
                ),
                io.String.Output(display_name="report", tooltip="Per word its area, seed, readings and warnings."),
            ],
        )

    @classmethod
    def execute(
        cls, diffste, image, text, font, color, instruction, steps, cfg, seed, samples, context, feather, resolution,
        sampler, scheduler, eta, reader, mask=None, regions=None,
    ) -> io.NodeOutput:  # fmt: skip
        pictures = images.pictures(image)
        lines = placement.lines(text, numbered=regions is not None)
        words = [prepared(diffste, line.word, font, color, instruction.strip()) for line in lines]
        areas = places(pictures, mask, regions, lines)
        read = line_reader() if samples > 1 and reader != NO_READER else None
        manner = Manner(Settings(steps, cfg, sampler, scheduler, eta), samples, context, int(resolution), feather)
        for area in (area for there in areas for area in there):
            manner.look(area, (pictures.shape[2], pictures.shape[1]))  # refused before the first word takes minutes
        writer = Writer(diffste, manner, read, len(pictures) * len(words))
        results = images.working_copy(image)
        for number, (result, there) in enumerate(zip(results, areas, strict=True)):
            for index, (word, area) in enumerate(zip(words, there, strict=True)):
                writer.write(result, f"Picture {number + 1}", word, area, (seed + number * len(words) + index) % SEEDS)
        report = "\n".join(writer.lines)
        return io.NodeOutput(images.to_host(results), images.to_host(torch.cat(writer.candidates)), report)
