"""The measures of a cover that is printed in one piece: how thick the book is, and where each panel lies."""

import json
import math
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from ..page.trim import MM_PER_INCH, Trim

PAPERS: dict[str, dict] = json.loads(Path(__file__).with_name("paper.json").read_text(encoding="utf-8"))
"""Name -> {"mm": thickness of a sheet, "en", "ko"}; mills differ, so thickness is always shown."""
PANELS = ("back wing", "back", "spine", "front", "front wing")
"""From the left, of a book that is bound at its left; of one that opens from the other side from the right."""


def spine_mm(pages: int, sheet_mm: float, glue_mm: float) -> float:
    """Thickness of the book block: two pages are one sheet, a last odd page takes a sheet too.

    >>> spine_mm(320, sheet_mm=0.1, glue_mm=1.0)
    17.0
    >>> spine_mm(321, sheet_mm=0.1, glue_mm=0.0) == 161 * 0.1
    True
    """
    return math.ceil(pages / 2) * sheet_mm + glue_mm


@dataclass(frozen=True)
class Flat:
    """A cover sheet; bleed is on its four outer edges only.

    >>> flat = Flat(Trim(152, 225, bleed_mm=3, dpi=300), spine_mm=17.0, wing_mm=0)
    >>> flat.sheet.pixels
    (3862, 2728)
    >>> flat.panels
    {'back': (35, 1831), 'spine': (1831, 2031), 'front': (2031, 3827)}
    >>> flat.width("front")  # with the bleed beside it
    1831
    """

    page: Trim
    """The front cover as a page of its own."""
    spine_mm: float
    wing_mm: float
    """Of each flap; 0 = none."""
    is_right_bound: bool = False
    """The book opens from the other side, as those in columns do: its front is left of the spine."""

    @property
    def widths_mm(self) -> tuple[float, ...]:
        """Of the panels, from the left."""
        return (self.wing_mm, self.page.width_mm, self.spine_mm, self.page.width_mm, self.wing_mm)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the panels, from the left, those of no width too."""
        return PANELS[::-1] if self.is_right_bound else PANELS

    @property
    def sheet(self) -> Trim:
        """The flat as a page."""
        *inner, width = accumulate(self.widths_mm)
        folds = tuple(dict.fromkeys(mm for mm in inner if 0 < mm < width))
        return Trim(width, self.page.height_mm, self.page.bleed_mm, self.page.dpi, folds)

    @property
    def panels(self) -> dict[str, tuple[int, int]]:
        """Name -> (left, right) in px of the picture with its bleed, to the fold; a panel of no width is left out.

        Every fold is rounded from its distance to the left edge, so that no error adds up.
        """
        folds = [self.page.bleed_mm + mm for mm in accumulate(self.widths_mm, initial=0.0)]
        edges = [round(mm / MM_PER_INCH * self.page.dpi) for mm in folds]
        spans = zip(self.names, edges, edges[1:], strict=False)
        return {name: (left, right) for name, left, right in spans if right > left}

    def width(self, panel: str) -> int:
        """px of a panel up to its folds, and to the paper's edge where it is the last; 0 if there is none."""
        left, right = self.reach(panel)
        return right - left

    def reach(self, panel: str) -> tuple[int, int]:
        """(left, right) of a panel with the bleed beside it."""
        panels = self.panels
        if panel not in panels:
            return (0, 0)
        left, right = panels[panel]
        names = list(panels)
        return (0 if panel == names[0] else left, self.sheet.pixels[0] if panel == names[-1] else right)


def report(flat: Flat, pages: int, sheet_mm: float, glue_mm: float) -> str:
    """For people: the spine's sum, the sheet, every panel."""
    sheet = flat.sheet
    widths = " + ".join(f"{mm:g}" for mm in flat.widths_mm)
    return (
        f"Spine {flat.spine_mm:.1f} mm: {math.ceil(pages / 2)} sheets of {sheet_mm:g} mm for {pages} pages, and "
        f"{glue_mm:g} mm for glue and cover. Confirm it with your printer's dummy.\n"
        f"Flat {sheet.width_mm:.1f} x {sheet.height_mm:g} mm ({widths}), bleed {sheet.bleed_mm:g} mm outside, "
        f"{sheet.pixels[0]} x {sheet.pixels[1]} px at {sheet.dpi} dpi.\n"
        f"Panels in px: {', '.join(f'{name} {left}..{right}' for name, (left, right) in flat.panels.items())}."
    )
