"""The face of erasing."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..host import images
from ..host.api import io
from ..host.progress import Progress, interruptibly
from .inpaint import holes, inpaint


class EraseMasked(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongEraseMasked",
            display_name="Erase Masked Area",
            category="dancheong/text",
            description="Fill the masked area from its surroundings. Pixels outside the mask stay bit-identical.",
            search_aliases=["inpaint", "remove text", "telea", "navier-stokes", "object removal", "content-aware fill"],
            inputs=[
                io.Image.Input("image", tooltip="Pictures to clean; an alpha channel is kept."),
                io.Mask.Input("mask", tooltip="1 = erase. One mask serves a whole batch; another size is resized."),
                io.Combo.Input(
                    "method",
                    options=["telea", "ns"],
                    tooltip="telea keeps edges running; ns (Navier-Stokes) is softer. Both suit smooth backgrounds.",
                ),
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
            ],
            outputs=[io.Image.Output(display_name="image", tooltip="The pictures with the masked area filled.")],
        )

    @classmethod
    def execute(cls, image, mask, method, grow, feather) -> io.NodeOutput:
        pictures = images.pictures(image)
        masks = images.widen(images.masks_for(mask, pictures), grow, feather)
        # What no window covers cannot change.
        cleaned = images.working_copy(image)
        progress = Progress(len(pictures))
        for result, picture, strength in zip(cleaned, pictures, masks, strict=True):
            hole = (strength > 0).numpy()
            if hole.all():
                raise ValueError(
                    "The mask covers the whole picture, so nothing is left to fill it from: expected at least one "
                    "unmasked pixel; check whether the mask is inverted or grown too far."
                )
            pixels = images.to_bytes(images.rgb(picture))
            for rows, columns, own in holes(hole):
                filled = images.from_bytes(interruptibly(inpaint, pixels[rows, columns], own, method))
                weight = (strength[rows, columns] * torch.from_numpy(own))[..., None]
                colours, seen = result[rows, columns, :3], picture[rows, columns, :3]
                if colours.shape[-1] == 1:
                    filled = filled.mean(-1, keepdim=True)
                colours.copy_(torch.where(weight > 0, torch.lerp(seen, filled, weight), colours))
            progress.step()
        return io.NodeOutput(images.to_host(cleaned))
