"""The face of the cover flat."""

# pyright: reportMissingParameterType=false, reportIncompatibleMethodOverride=false
# The schema types the inputs of execute; ComfyUI checks them.

import torch

from ..ground import UserError
from ..host import images
from ..host.api import io
from ..host.models import listed
from ..host.progress import Progress
from ..host.wires import FLAT, TRIM, TYPE
from ..lettering import outlined
from ..page.colour import colour_of
from ..page.lettered import Lettered
from . import flat as measures
from . import guides
from .compose import compose
from .isbn import BarCode, drawn
from .type import SAFE_MM, hides_words, joined

CUSTOM = "custom"
FONTS = "fonts"
INPUTS = ("front", "back", "spine", "back_wing", "front_wing")
"""Of the panels' pictures."""


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
                io.Combo.Input(
                    "binding",
                    options=["left", "right"],
                    optional=True,
                    tooltip="right: the book opens from the other side, as books in columns do, its panels in reverse.",
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
    def execute(cls, trim, pages, paper, thickness_mm, wing_mm, glue_mm, binding="left") -> io.NodeOutput:
        sheet_mm = thickness_mm if paper == CUSTOM else measures.PAPERS[paper]["mm"]
        flat = measures.Flat(trim, measures.spine_mm(pages, sheet_mm, glue_mm), wing_mm, binding == "right")
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
                *(
                    TYPE.Input(
                        f"{name}_type",
                        optional=True,
                        tooltip=f"Typeset Title's type, set on the {name.replace('_', ' ')}: outlines in a PDF.",
                    )
                    for name in INPUTS
                ),
                io.String.Input(
                    "isbn",
                    default="",
                    optional=True,
                    tooltip="13 digits, with or without hyphens: a bar code below on the back; empty = none.",
                ),
                io.String.Input(
                    "add_on",
                    default="",
                    optional=True,
                    tooltip="The five digits that stand beside a Korean book's ISBN; empty = none.",
                ),
                io.Int.Input(
                    "barcode_size",
                    default=100,
                    min=80,
                    max=200,
                    optional=True,
                    advanced=True,
                    tooltip="Percent of the bar code's full size, 0.33 mm for the thinnest bar.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The sheet with its bleed, for Save for Print."),
                io.Image.Output(
                    display_name="guides", tooltip="A small copy with trim, folds and names; not for print."
                ),
                io.String.Output(display_name="report", tooltip="What is on each panel."),
                TYPE.Output(display_name="type", tooltip="All type and the bar code as outlines, for Save for Print."),
            ],
        )

    @classmethod
    def execute(
        cls, flat, front, fill, colour, back=None, spine=None, back_wing=None, front_wing=None, front_text=None,
        back_text=None, front_type=None, back_type=None, spine_type=None, back_wing_type=None, front_wing_type=None,
        isbn="", add_on="", barcode_size=100,
    ) -> io.NodeOutput:  # fmt: skip
        given = dict(zip(INPUTS, (front, back, spine, back_wing, front_wing), strict=True))
        typed = dict(zip(INPUTS, (front_type, back_type, spine_type, back_wing_type, front_wing_type), strict=True))
        pictures = {panel_of(name): images.pictures(image) for name, image in given.items() if image is not None}
        types = {panel_of(name): words for name, words in typed.items() if words is not None}
        for name in typed:
            if (words := types.get(panel_of(name))) is not None:
                found = pictures.get(panel_of(name))
                pictures[panel_of(name)] = words.ground if found is None else words.beneath(name, found)
        pictures = {name: images.rgb(batch) for name, batch in pictures.items()}
        texts = {"front": front_text, "back": back_text}
        layers = {name: _layer(name, image) for name, image in texts.items() if image is not None}
        for name, batch in [*pictures.items(), *layers.items()]:
            _check(flat, name, batch, len(pictures["front"]))
        bar_code = _bar_code(isbn, add_on, barcode_size)
        words = joined(flat, types, bar_code)
        paper = torch.tensor(colour_of("colour", colour)) / 255
        grounds, sheets, previews = [], [], []
        progress = Progress(len(pictures["front"]))
        for number in range(len(pictures["front"])):
            one, over = (
                {name: batch[min(number, len(batch) - 1)] for name, batch in batches.items()}
                for batches in (pictures, layers)
            )
            ground = compose(flat, one, over, fill, paper)
            sheet = words.on(ground)
            small = images.to_bytes(images.thumbnails(sheet[None], guides.LONGEST)[0])
            grounds.append(ground)
            sheets.append(sheet)
            previews.append(images.from_bytes(guides.drawn(small, flat)))
            progress.step()
        return io.NodeOutput(
            images.to_host(torch.stack(sheets)),
            images.to_host(torch.stack(previews)),
            _report(flat, pictures, fill, list(types), bar_code, isbn, _words_on_back(types, layers)),
            Lettered(torch.stack(grounds), words.under, words.layer, words.shapes),
        )


def panel_of(name: str) -> str:
    """An input's panel, as the flat calls it."""
    return name.replace("_", " ")


def _bar_code(isbn: str, add_on: str, percent: float) -> BarCode | None:
    if isbn.strip():
        fonts = listed(FONTS)
        return drawn(isbn, add_on, percent, lambda text: outlined(text, fonts))
    if add_on.strip():
        raise UserError(f"Expected an ISBN beside the add-on {add_on!r}, got none: fill in isbn, or empty add_on.")
    return None


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


def _words_on_back(types: dict[str, Lettered], layers: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    return [*([types["back"].layer] if "back" in types else []), *layers.get("back", ())]


def _report(
    flat: measures.Flat,
    pictures: dict[str, torch.Tensor],
    fill: str,
    types: list[str],
    bar_code: BarCode | None,
    isbn: str,
    on_back: list[torch.Tensor],
) -> str:
    beside = {
        "mirror": "the cover beside it, mirrored",
        "extend": "its edge, extended",
        "colour": "colour",
    }
    lines = []
    for name in flat.panels:
        filled = "colour" if name == "back" or (name == "back wing" and "back" not in pictures) else fill
        lines.append(f"{name}: {'a picture' if name in pictures else beside[filled]}.")
    if types:
        lines.append(f"Type on: {', '.join(types)}.")
    if bar_code is not None:
        lines.append(
            f"Bar code of ISBN {isbn.strip()}: {bar_code.width:.1f} x {bar_code.height:.1f} mm with its quiet zone, "
            f"{SAFE_MM:g} mm from the spine's fold and from the trim below."
        )
        if hides_words(flat, bar_code, on_back):
            lines.append("The bar code lies over words on the back: set them higher, or lower barcode_size.")
    return "\n".join(lines)
