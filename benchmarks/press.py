"""Files for the press, drawn by chance and read by others: boxes, PDF/X rule by rule, plates, ink, bar codes.

`python -m benchmarks press PART [--count N] [--seed N] [--profiles FILE ...]`, PART being pages, plates, ink or codes;
poppler and Ghostscript must be there. PROFILES are CMYK profiles beside the tests' own, such as Ghostscript's.
"""

import argparse
import io
import random
import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from ..nodes.cover_flat import isbn
from ..nodes.page.drawing import Shape, box, circle
from ..nodes.page.trim import PRESETS, Trim
from ..nodes.print_cover.pdf_standard import BOXES, STANDARDS, description
from ..nodes.print_cover.print_files import Press, encode
from ..testing import icc_profiles, pdfx, prepress

NEAR = 0.006
"""Points: poppler tells two digits."""


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="press")
    parser.add_argument("part", choices=("pages", "plates", "ink", "codes"))
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profiles", nargs="*", type=Path, default=[])
    chosen = parser.parse_args(options)
    profiles = [icc_profiles.cmyk(), *(path.read_bytes() for path in chosen.profiles)]
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        rows = PARTS[chosen.part](chance, chosen.count, profiles, Path(folder) / "page.pdf")
    return {chosen.part: rows}


def pages(chance, count, profiles, file) -> list[dict]:
    """Boxes in three programs, inside each other, and the rules of PDF/X."""
    rows = []
    for standard in STANDARDS:
        told = Counter()
        for _ in range(count):
            page = some_page(chance)
            press = Press(standard, chance.choice((0, 240, 300)), chance.random() < 0.5)
            shapes = some_shapes(chance, page)
            file.write_bytes(encode(noise(chance, page), "pdf", page, {}, chance.choice(profiles), press, shapes).data)
            ours = boxes(file.read_bytes())
            media, bleed, trim = ours.values()
            told["boxes inside each other"] += inside(media, bleed) and inside(bleed, trim)
            told["poppler reads them"] += same(ours, prepress.boxes_in_poppler(file))
            told["Ghostscript reads them"] += same(ours, prepress.boxes_in_ghostscript(file))
            if standard != BOXES:
                told["no rule broken"] += not pdfx.faults(file.read_bytes(), standard)
        rows.append({"standard": standard, "files": count, **told})
    return rows


def plates(chance, count, profiles, file) -> list[dict]:
    """Black letters over pictures: what the other plates show of them."""
    rows = []
    for profile in profiles:
        moved, full, letters = 0, 0, 0
        for _ in range(count):
            page = Trim(20, 15, 3, 100)
            picture = noise(chance, page)
            left, top = chance.randrange(20, 50), chance.randrange(20, 40)
            shape = Shape(box(left, top, left + 25, top + 15))
            found = []
            for shapes in ((), (shape,)):
                file.write_bytes(encode(picture, "pdf", page, {}, profile, Press("PDF/X-4"), shapes).data)
                found.append(prepress.plates(file, page.dpi))
            moved += sum(int((found[0][ink] != found[1][ink]).sum()) for ink in ("Cyan", "Magenta", "Yellow"))
            inner = found[1]["Black"][top + 1 : top + 14, left + 1 : left + 24]
            full += int((inner == 255).sum())
            letters += inner.size
        rows.append({"profile": description(profile), "files": count, "px of letters": letters,
                     "with full black": full, "px changed on other plates": moved})  # fmt: skip
    return rows


def ink(chance, count, profiles, file) -> list[dict]:
    rows = []
    for profile in profiles:
        for limit in (220, 260, 300):
            above, most = 0, 0.0
            for _ in range(count):
                page = Trim(30, 20, 0, 100)
                data = encode(noise(chance, page), "tiff", page, {}, profile, Press(ink_limit=limit)).data
                totals = np.asarray(Image.open(io.BytesIO(data))).sum(-1, dtype=int)
                above += int((totals * 100 > limit * 255).sum())
                most = max(most, float(totals.max()) / 2.55)
            rows.append({"profile": description(profile), "limit %": limit, "pictures": count, "px above": above,
                         "most %": round(most, 1)})  # fmt: skip
    return rows


def codes(chance, count, profiles, file) -> list[dict]:
    """Bar codes from Ghostscript's own 300-dpi rendering, read by zxing; and wrong digits."""
    import zxingcpp

    rows = []
    for percent in (80, 100, 150):
        read = 0
        for _ in range(count):
            number, more = some_book(chance)
            drawn = isbn.drawn(number, more, percent, lambda text: ((), 0.0))
            page = Trim(drawn.width + 12, drawn.height + 12, 0, 120)
            scale = 120 / 25.4
            shapes = tuple(shape.placed(scale, 6 * scale, 6 * scale) for shape in drawn.shapes)
            file.write_bytes(encode(noise(chance, page), "pdf", page, {}, profiles[0], shapes=shapes).data)
            shown = file.with_suffix(".png")
            words = ["gs", "-q", "-o", shown, "-sDEVICE=png16m", "-r300", "-dGraphicsAlphaBits=4", file]
            subprocess.run(words, check=True, capture_output=True)
            found = zxingcpp.read_barcodes(
                np.asarray(Image.open(shown).convert("RGB")), ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Read
            )
            read += number + more in [re.sub(r"\D", "", one.text) for one in found]
        rows.append({"size %": percent, "codes": count, "read with their add-on": read})
    return rows


def some_page(chance) -> Trim:
    width, height = chance.choice([entry["mm"] for entry in PRESETS.values()])
    scale = chance.uniform(0.1, 0.3)
    folds = tuple(sorted(chance.uniform(1, width * scale - 1) for _ in range(chance.choice((0, 2, 4)))))
    return Trim(width * scale, height * scale, chance.choice((0, 0, 0.02, 2, 3, 5)), chance.randrange(60, 160), folds)


def noise(chance, page) -> np.ndarray:
    coarse = np.random.default_rng(chance.randrange(1 << 30)).integers(0, 256, (6, 6, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize(page.pixels, Image.Resampling.BICUBIC))


def some_shapes(chance, page) -> tuple[Shape, ...]:
    width, height = page.pixels
    colours = [(0, 0, 0), (255, 255, 255), (200, 30, 60)]
    places = [(chance.uniform(0, width), chance.uniform(0, height)) for _ in range(6)]
    return tuple(Shape(circle(*place, 5), chance.choice(colours), chance.choice((0, 2))) for place in places)


def some_book(chance) -> tuple[str, str]:
    twelve = chance.choice(("978", "979")) + "".join(chance.choices("0123456789", k=9))
    return twelve + isbn.check_digit(twelve), "".join(chance.choices("0123456789", k=5))


def boxes(data: bytes) -> dict[str, list[float]]:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as document:
        return {name: [float(edge) for edge in document.pages[0].obj["/" + name]] for name in prepress.BOXES}


def inside(outer: list[float], inner: list[float]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def same(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> bool:
    return all(np.allclose(ours[name], theirs[name], rtol=0, atol=NEAR) for name in ours)


PARTS = {"pages": pages, "plates": plates, "ink": ink, "codes": codes}
