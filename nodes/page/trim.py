"""The size of a printed page: what the knife leaves (trim), what it cuts away (bleed), and both in pixels."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
GENERATE_MULTIPLE = 16

PRESETS: dict[str, dict] = json.loads(Path(__file__).with_name("trim_sizes.json").read_text(encoding="utf-8"))
"""Name -> {"mm": [width, height], "en", "ko"}. Printers differ by a millimetre or two, so sizes are always shown."""


@dataclass(frozen=True)
class Trim:
    """One printed page.

    >>> page = Trim(152, 225, bleed_mm=3, dpi=300)
    >>> page.pixels
    (1866, 2728)
    >>> page.inner_pixels
    (1795, 2657)
    >>> page.generate_size(0.4)
    (528, 784)
    """

    width_mm: float
    """Trimmed width."""
    height_mm: float
    """Trimmed height."""
    bleed_mm: float
    """Picture beyond the trim on each of the four sides."""
    dpi: int
    """Pixels per inch in print."""
    folds_mm: tuple[float, ...] = ()
    """Of a sheet that is folded: from the left trim edge."""

    @property
    def pixels(self) -> tuple[int, int]:
        """(width, height) of the picture with its bleed."""
        return (self._pixels(self.width_mm + 2 * self.bleed_mm), self._pixels(self.height_mm + 2 * self.bleed_mm))

    @property
    def inner_pixels(self) -> tuple[int, int]:
        """(width, height) of the picture without its bleed."""
        return (self._pixels(self.width_mm), self._pixels(self.height_mm))

    @property
    def points(self) -> tuple[float, float]:
        """(width, height) of the trimmed page in PDF points, 1/72 inch."""
        return (self.width_mm / MM_PER_INCH * POINTS_PER_INCH, self.height_mm / MM_PER_INCH * POINTS_PER_INCH)

    def generate_size(self, megapixels: float) -> tuple[int, int]:
        """(width, height) to generate at: this page's proportions, multiples of 16, about so many 1024 x 1024 px."""
        width, height = self.pixels
        scale = math.sqrt(megapixels * 1024 * 1024 / (width * height))
        return (_multiple(width * scale), _multiple(height * scale))

    def report(self, generate: tuple[int, int]) -> str:
        """Millimetres and pixels of this page, and by how much what is generated at (width, height) differs."""
        width, height = self.pixels
        stretch = abs(generate[0] / generate[1] / (width / height) - 1)
        return (
            f"Trim {self.width_mm:g} x {self.height_mm:g} mm, bleed {self.bleed_mm:g} mm on each side, {self.dpi} "
            "dpi.\n"
            f"Print picture {width} x {height} px, bleed included.\n"
            f"Generate at {generate[0]} x {generate[1]} px; its proportions differ by {stretch:.2%}, which is cropped."
        )

    def _pixels(self, mm: float) -> int:
        return round(mm / MM_PER_INCH * self.dpi)


def _multiple(pixels: float) -> int:
    return max(1, round(pixels / GENERATE_MULTIPLE)) * GENERATE_MULTIPLE
