"""The face of the cover flat."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..ground import UserError
from ..host import images
from ..host.api import io
from ..host.progress import Progress
from ..host.wires import FLAT, TRIM
from ..page.colour import colour_of
from . import flat as measures
from . import guides
from .compose import compose

CUSTOM = "custom"


class CoverFlatSize(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongCoverFlatSize",
            display_name="Cover Flat Size",
            category="dancheong/print",
            description="The whole cover of a book as one sheet: the spine from pages and paper, wings, every panel.",
            search_aliases=["spine width", "book spine", "full cover", "wrap cover", "flap", "jacket"],
            inputs=[
                TRIM.Input("trim", tooltip="The front cover's page, from Book Trim Size."),
                io.Int.Input("pages", default=320, min=2, max=5000, tooltip="Pages of the book, both sides counted."),
                io.Combo.Input(
                    "paper",
                    options=[*measures.PAPERS, CUSTOM],
                    tooltip="Of the inner pages; it decides the spine. The report shows the thickness it stands for.",
                ),
                io.Float.Input(
                    "thickness_mm",
                    default=0.1,
                    min=0.01,
                    max=2.0,
                    step=0.005,
                    tooltip="Of one sheet, for custom paper; your printer knows it.",
                ),
                io.Float.Input(
                    "wing_mm",
                    default=90.0,
                    min=0.0,
                    max=500.0,
                    step=0.5,
                    tooltip="Width of each flap that folds inside; 0 for a cover without.",
                ),
                io.Float.Input(
                    "glue_mm",
                    default=1.0,
                    min=0.0,
                    max=10.0,
                    step=0.1,
                    advanced=True,
                    tooltip="Added to the spine for glue and the cover itself.",
                ),
            ],
            outputs=[
                FLAT.Output(display_name="flat", tooltip="For Compose Cover Flat."),
                TRIM.Output(display_name="trim", tooltip="The sheet as a page, for Save for Print."),
                io.Int.Output(display_name="spine_width", tooltip="Pixels; how wide a picture of the spine must be."),
                io.Int.Output(
                    display_name="wing_width", tooltip="Pixels of a wing's picture, its outer bleed included."
                ),
                io.Int.Output(display_name="height", tooltip="Pixels of every panel's picture, bleed included."),
                io.Float.Output(display_name="spine_mm", tooltip="Thickness of the book."),
                io.String.Output(display_name="report", tooltip="The spine's sum, the sheet, every panel."),
            ],
        )

    @classmethod
    def execute(cls, trim, pages, paper, thickness_mm, wing_mm, glue_mm) -> io.NodeOutput:
        sheet_mm = thickness_mm if paper == CUSTOM else measures.PAPERS[paper]["mm"]
        flat = measures.Flat(trim, measures.spine_mm(pages, sheet_mm, glue_mm), wing_mm)
        text = measures.report(flat, pages, sheet_mm, glue_mm)
        widths = flat.width("spine"), flat.width("front wing")
        return io.NodeOutput(flat, flat.sheet, *widths, flat.sheet.pixels[1], flat.spine_mm, text)


class ComposeCoverFlat(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DancheongComposeCoverFlat",
            display_name="Compose Cover Flat",
            category="dancheong/print",
            description="Front, back, spine and wings on one sheet, [wing][back][spine][front][wing], pixel for pixel.",
            search_aliases=["book cover layout", "wrap cover", "jacket", "spine", "imposition", "guides"],
            inputs=[
                FLAT.Input("flat", tooltip="From Cover Flat Size."),
                io.Image.Input(
                    "front", tooltip="The front cover with its bleed, exactly as large as its trim asks for."
                ),
                io.Image.Input("back", optional=True, tooltip="The back cover, as large; without it there is colour."),
                io.Image.Input("spine", optional=True, tooltip="As wide as the spine and as tall as the sheet."),
                io.Image.Input(
                    "back_wing", optional=True, tooltip="The flap at the back, as wide as Cover Flat Size says."
                ),
                io.Image.Input("front_wing", optional=True, tooltip="The flap at the front, as wide."),
                io.Combo.Input(
                    "fill",
                    options=["mirror", "extend", "colour"],
                    tooltip="What spine and wings without a picture show: the cover beside them goes on, or colour.",
                ),
                io.String.Input("colour", default="#ffffff", tooltip="#rrggbb or a CSS name, where nothing else is."),
                io.Image.Input(
                    "front_text",
                    optional=True,
                    tooltip="With alpha, such as Typeset Title's text_layer: on the front alone, never mirrored.",
                ),
                io.Image.Input("back_text", optional=True, tooltip="The same for the back."),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The sheet with its bleed, for Save for Print."),
                io.Image.Output(
                    display_name="guides", tooltip="A small copy with trim, folds and names; not for print."
                ),
                io.String.Output(display_name="report", tooltip="What is on each panel."),
            ],
        )

    @classmethod
    def execute(
        cls, flat, front, fill, colour, back=None, spine=None, back_wing=None, front_wing=None, front_text=None,
        back_text=None,
    ) -> io.NodeOutput:  # fmt: skip
        given = {"front": front, "back": back, "spine": spine, "back wing": back_wing, "front wing": front_wing}
        pictures = {panel: images.rgb(images.pictures(image)) for panel, image in given.items() if image is not None}
        texts = {"front": front_text, "back": back_text}
        layers = {panel: _layer(panel, image) for panel, image in texts.items() if image is not None}
        for panel, batch in [*pictures.items(), *layers.items()]:
            _check(flat, panel, batch, len(pictures["front"]))
        paper = torch.tensor(colour_of("colour", colour)) / 255
        sheets, previews = [], []
        progress = Progress(len(pictures["front"]))
        for number in range(len(pictures["front"])):
            one, over = (
                {panel: batch[min(number, len(batch) - 1)] for panel, batch in batches.items()}
                for batches in (pictures, layers)
            )
            sheet = compose(flat, one, over, fill, paper)
            small = images.to_bytes(images.thumbnails(sheet[None], guides.LONGEST)[0])
            sheets.append(sheet)
            previews.append(images.from_bytes(guides.drawn(small, flat)))
            progress.step()
        return io.NodeOutput(
            images.to_host(torch.stack(sheets)), images.to_host(torch.stack(previews)), _report(flat, pictures, fill)
        )


def _check(flat: measures.Flat, panel: str, batch: torch.Tensor, count: int) -> None:
    cover = panel in ("front", "back")
    size = flat.page.pixels if cover else (flat.width(panel), flat.sheet.pixels[1])
    if size[0] == 0:
        raise UserError(f"There is no {panel} on this cover, but a picture came: raise wing_mm or disconnect it.")
    found = (batch.shape[2], batch.shape[1])
    if found != size:
        how = "the same trim" if cover else "this width and height"
        raise UserError(
            f"Expected a {panel} of {size[0]} x {size[1]} px, got {found[0]} x {found[1]} px: put Upscale to Size "
            f"before this node and give it {how}."
        )
    if len(batch) not in (1, count):
        raise UserError(f"Expected one {panel}, or {count} for the {count} fronts, got {len(batch)}.")


def _layer(panel: str, image: torch.Tensor) -> torch.Tensor:
    layer = images.pictures(image)
    if layer.shape[-1] != 4:
        raise UserError(
            f"Expected a text layer with alpha for {panel}_text, got a picture without: connect Typeset Title's "
            "text_layer."
        )
    return layer


def _report(flat: measures.Flat, pictures: dict[str, torch.Tensor], fill: str) -> str:
    beside = {
        "mirror": "the cover beside it, mirrored",
        "extend": "its edge, extended",
        "colour": "colour",
    }
    lines = []
    for panel in flat.panels:
        filled = "colour" if panel == "back" or (panel == "back wing" and "back" not in pictures) else fill
        lines.append(f"{panel}: {'a picture' if panel in pictures else beside[filled]}.")
    return "\n".join(lines)
