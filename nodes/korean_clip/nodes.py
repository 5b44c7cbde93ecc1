"""The face of the Korean CLIP."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..host import folders
from ..host.api import io
from . import comfy_clip, layout, weights

DTYPES = {"default": None, "float32": torch.float32, "float16": torch.float16}
SD1_WIDTH = 768


class LoadKoreanCLIP(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        roots = folders.roots("text_encoders")
        return io.Schema(
            node_id="DancheongLoadKoreanCLIP",
            display_name="Load Korean CLIP",
            category="dancheong/korean",
            description="A text encoder with its own Korean tokenizer, as a CLIP for Stable Diffusion 1.x.",
            search_aliases=["korean clip", "text encoder", "bingsu", "clip loader", "tokenizer"],
            inputs=[
                io.Combo.Input(
                    "text_encoder",
                    options=list(layout.encoders(roots)),
                    tooltip="From models/text_encoders: a model's folder (it ends in /), or one weight file.",
                ),
                io.Combo.Input(
                    "tokenizer",
                    options=[layout.AUTO, *layout.tokenizers(roots)],
                    tooltip="auto takes the tokenizer beside the weights; another must have the same vocabulary.",
                ),
                io.Combo.Input(
                    "dtype",
                    options=list(DTYPES),
                    advanced=True,
                    tooltip="How the weights are kept. float32 gives the most exact result and takes twice the memory.",
                ),
            ],
            outputs=[
                io.Clip.Output(
                    display_name="clip", tooltip="For every node that takes a CLIP of Stable Diffusion 1.x."
                ),
                io.String.Output(
                    display_name="report", tooltip="Vocabulary, special ids, layers, hashes, unknown share."
                ),
            ],
        )

    @classmethod
    def execute(cls, text_encoder, tokenizer, dtype) -> io.NodeOutput:
        roots = folders.roots("text_encoders")
        choice = layout.encoders(roots)[text_encoder]
        file = layout.weights_of(choice)
        words = layout.tokenizer_of(choice, file) if tokenizer == layout.AUTO else layout.tokenizers(roots)[tokenizer]
        source = comfy_clip.Source(file, layout.config_of(file), words, DTYPES[dtype])
        return io.NodeOutput(*_load(source))

    @classmethod
    def validate_inputs(cls, text_encoder) -> bool | str:
        # In place of ComfyUI's own check, whose "not in list" does not say what to do.
        if text_encoder is None or text_encoder in layout.encoders(folders.roots("text_encoders")):
            return True
        return (
            f"There is no text encoder {text_encoder!r} in models/text_encoders: run `dancheong models get korean-sd`, "
            "or put a Korean CLIP with its tokenizer there, and reload the editor."
        )

    @classmethod
    def fingerprint_inputs(cls, text_encoder, tokenizer, dtype) -> str:
        """Loaded again only when a file changed."""
        choice = layout.encoders(folders.roots("text_encoders"))[text_encoder]
        stamps = [path.stat() for path in (layout.weights_of(choice), choice)]
        return f"{tokenizer} {dtype} {[(stamp.st_mtime_ns, stamp.st_size) for stamp in stamps]}"


def _load(source: comfy_clip.Source):
    clip, encoder, tokenizer, origin = comfy_clip.load(source)
    special = tokenizer.special
    lines = [
        f"{source.weights.name}, tokenizer from {source.tokenizer.name}.",
        f"File SHA-256 {weights.file_hash(source.weights)}.",
        f"Vocabulary {encoder.vocabulary:,}; start {special.start}, end {special.end}, pad {special.pad}.",
        f"{encoder.layers} layers of width {encoder.width}, {encoder.heads} heads, {encoder.activation}, "
        f"{encoder.positions} positions.",
        f"Fingerprints, the same in every file layout: text encoder {origin.text_encoder[:16]}, tokenizer "
        f"{origin.tokenizer[:16]}.",
        f"Unknown pieces in a Korean sample: {tokenizer.unknown_share():.2%}; they are kept as plain bytes.",
        *(f"Note: {note}." for note in encoder.notes),
    ]
    if encoder.width != SD1_WIDTH:
        lines.append(f"Note: Stable Diffusion 1.x reads encoders of width {SD1_WIDTH}, not {encoder.width}.")
    return clip, "\n".join(lines)
