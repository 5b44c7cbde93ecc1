"""Korean typography: what stands, lies and breaks, beside Chromium; every syllable of every Korean font; weights.

`python -m benchmarks typography PART [--fonts FOLDER ...] [--sheet FILE]`, PART being lines, chromium, fonts or
weights. FOLDER holds the fonts that are asked, or else the machine is; the sheet shows the twenty hardest lines.
"""

import argparse
import unicodedata
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..nodes.ground import UserError
from ..nodes.lettering import fonts
from ..nodes.lettering.breaks import BETWEEN_WORDS, MARKS, SYLLABLE_WISE, WORD_WISE, segments
from ..nodes.lettering.faces import Faces
from ..nodes.lettering.ink import Ink, Paint
from ..nodes.lettering.letters import VERTICAL, Letters
from ..nodes.lettering.opening import Cut, open_face
from ..nodes.lettering.orientation import BRACKET, ROTATED, orientation, pieces
from ..testing import typography
from . import typography_chromium as chromium

TITLES, HARDEST = typography.LINES["titles"], typography.LINES["hardest"]


def main(options: list[str]) -> dict[str, list[dict]]:
    parser = argparse.ArgumentParser(prog="typography")
    parser.add_argument("part", choices=("lines", "chromium", "fonts", "weights"))
    parser.add_argument("--fonts", nargs="*", type=Path, default=[])
    parser.add_argument("--sheet", type=Path)
    chosen = parser.parse_args(options)
    files = [path for folder in chosen.fonts for path in sorted(folder.rglob("*")) if path.suffix in fonts.ENDINGS]
    if chosen.sheet:
        sheet(chosen.sheet)
    if chosen.part == "lines":
        return {"lines": lines()}
    if chosen.part == "chromium":
        return beside_chromium()
    return {"fonts": coverage(files)} if chosen.part == "fonts" else {"weights": weights(files)}


def lines() -> list[dict]:
    """How many of the lines are set as they were written down."""
    rows: list[dict] = []
    for kind in typography.LINES["columns"]:
        right = [typography.set_in_columns(line) == steps for of, line, steps in typography.columns() if of == kind]
        rows.append({"lines": f"columns: {kind}", "of them": len(right), "right": sum(right)})
    for kind in typography.LINES["breaks"]:
        right = [
            (list(segments(line, WORD_WISE)), list(segments(line, SYLLABLE_WISE))) == (words, parts)
            for of, line, words, parts in typography.breaks()
            if of == kind
        ]
        rows.append({"lines": f"breaks: {kind}", "of them": len(right), "right": sum(right)})
    letters = Letters(Faces(korean()), 100, 0, hanging=1000.0)
    right = [[length > 0 for length in letters.hangs(line)] == ends for line, *ends in typography.hanging()]
    rows.append({"lines": "hanging marks", "of them": len(right), "right": sum(right)})
    return rows


def korean():
    found = fonts.available([])
    return open_face(fonts.choose(found, "auto", "가각힣").path, Cut()).face


def beside_chromium() -> dict[str, list[dict]]:
    """Orientation letter by letter, and breaks line by line, with Noto Sans CJK KR in both."""
    import unicodedataplus

    differ = sum(orientation(chr(code)) != unicodedataplus.vertical_orientation(chr(code)) for code in range(0x110000))
    found = fonts.available([])
    noto = open_face(found["NotoSansCJK-Regular.ttc"].path, Cut()).face
    column = Letters(Faces(noto), 48, 0, direction=VERTICAL)
    everything = "".join(line for _, line, _ in typography.columns())
    letters = sorted({letter for letter in everything if not letter.isspace() and unicodedata.category(letter) != "Cf"})
    told: list[str] = []
    breaks: list[dict] = []
    with chromium.page() as page:
        for letter in letters:
            kind = pieces(letter)[0].kind
            turned = orientation(letter) == ROTATED and not (
                kind == BRACKET and not column.steps(letter)[0].glyphs[0].turned
            )
            if chromium.orientation(page, letter) != ("R" if turned else "U"):
                told.append(letter)
        for breaking, css in ((SYLLABLE_WISE, "normal"), (WORD_WISE, "keep-all")):
            breaks.append(_breaks(page, breaking, css))
    return {
        "orientation": [
            {"witness": "unicodedataplus, every code point", "letters": 0x110000, "differ": differ, "which": ""},
            {"witness": "Chromium, as drawn", "letters": len(letters), "differ": len(told), "which": " ".join(told)},
        ],
        "breaks": breaks,
    }


def _breaks(page, breaking: str, css: str) -> dict:
    """Chromium's breaks as they are, and without those that Korean practice forbids."""
    from uniseg.linebreak import line_break

    def practised(parts: list[str]) -> list[str]:
        kept: list[str] = []
        for part in parts:
            before = kept[-1] if kept else ""
            parted = line_break(before[-1]).value in BETWEEN_WORDS if before else True
            if kept and (part[0] in MARKS["never first"] or (breaking == WORD_WISE and not parted)):
                kept[-1] += part
            else:
                kept.append(part)
        return kept

    same, with_practice, differ = 0, 0, []
    for _, line, words, parts in typography.breaks():
        if "\u00ad" in line:  # where it shows, its box is not where its letter is
            continue
        theirs, ours = chromium.segments(page, line, css), words if breaking == WORD_WISE else parts
        if theirs == ours:
            same += 1
        elif practised(theirs) == ours:
            with_practice += 1
        else:
            differ.append(line)
    return {
        "breaking": f"{breaking}, `word-break: {css}`",
        "lines": same + with_practice + len(differ),
        "the same": same,
        "the same but for what begins no line and where words part": with_practice,
        "differ": len(differ),
        "which": " ".join(differ),
    }


def coverage(files: list[Path]) -> list[dict]:
    """Syllables that fonts map and draw, and whether every title is set whole or refused by name; fonts that are
    alike in this share a row."""
    rows: dict[tuple, list[str]] = {}
    named = {path.name: fonts.Font(path, "") for path in files}
    for font in (named or fonts.available([])).values():
        mapped = [code for code in range(0xAC00, 0xD7A4) if code in fonts.characters(font.path)]
        if len(mapped) < 1000:
            continue
        missing = fonts.missing(font, "".join(map(chr, mapped)))
        drawn = {chr(code) for code in mapped} - set(missing)
        outcomes = [_title(font, title, drawn) for title in TITLES]
        figures = len(mapped), len(missing), *(outcomes.count(name) for name in ("set", "refused", "wrong"))
        rows.setdefault(figures, []).append(font.path.stem)
    columns = ("mapped", "not drawn", "titles set", "refused by name", "wrong")
    return [
        {"fonts": len(names), "such as": names[0], **dict(zip(columns, figures, strict=True))}
        for figures, names in rows.items()
    ]


def _title(font: fonts.Font, title: str, drawn: set[str]) -> str:
    """Every letter's ink is looked for, by Pillow too."""
    lacking = [letter for letter in dict.fromkeys(title) if letter.strip() and letter not in drawn]
    try:
        fonts.choose({font.name: font}, font.name, title)
    except UserError as error:
        return "refused" if lacking and all(letter in str(error) for letter in lacking[:5]) else "wrong"
    face = open_face(font.path, Cut()).face
    ink = [
        any(face.draw(glyph.number, 40, (0, 0), 1.0, False, 0)[0].any() for glyph in step.glyphs)
        for step in Letters(Faces(face), 40, 0).steps(title)
        if not step.is_space
    ]
    witness = ImageFont.truetype(str(font.path), 40)
    seen = all(witness.getmask(letter).getbbox() for letter in title if letter.strip())
    return "set" if all(ink) and seen and not lacking else "wrong"


def weights(files: list[Path]) -> list[dict]:
    """Percent of a syllable's box that is ink, of each variable font at each weight."""
    rows: list[dict] = []
    for path in files:
        if open_face(path, Cut(300)).notes[:1] != ("weight 300",):
            continue
        row: dict = {"font": path.name}
        for weight in range(100, 1000, 100):
            face = open_face(path, Cut(weight)).face
            glyph = face.shape("한", 400)[0]
            row[str(weight)] = round(float(face.draw(glyph.number, 400, (0, 0), 1.0, False, 0)[0].mean()) / 2.55, 1)
        rows.append(row)
    return rows


def sheet(path: Path) -> None:
    """The hardest lines as columns, above Noto Sans CJK KR's forms, below those of a font without any."""
    size, wide, high = 64, 96, 620
    picture = np.full((2 * high, wide * len(HARDEST), 3), 255, np.uint8)
    found = fonts.available([])
    for row, name in enumerate(("NotoSansCJK-Regular.ttc", "NanumMyeongjo-YetHangul.ttf")):
        letters = Letters(Faces(open_face(found[name].path, Cut()).face), size, 0, direction=VERTICAL)
        ink = Ink(picture.shape[1], high)
        ink.block([(letters.steps(line), letters, wide * (at + 0.5), 20) for at, line in enumerate(HARDEST)])
        alpha = ink.paint(Paint((0, 0, 0), (0, 0, 0)))[..., 3:] / 255
        picture[row * high : (row + 1) * high] = np.round(255 * (1 - alpha)).astype(np.uint8)
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    for at in range(len(HARDEST)):
        draw.line((wide * (at + 0.5), 0, wide * (at + 0.5), 2 * high), (230, 230, 255))
    image.save(path)
