"""Font files on this machine, and which of them draws a text."""

import importlib.util
import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..ground import UserError, scan
from .coverage import is_drawn
from .opening import Cut, damaged, open_face, unreadable
from .text import graphemes, has_ink

PLACES: dict = json.loads(Path(__file__).with_name("fonts.json").read_text(encoding="utf-8"))
ENDINGS = (".ttf", ".otf", ".ttc")
AUTO = "auto"
AS_IT_IS = Cut()


@dataclass(frozen=True)
class Font:
    """One face of a font file."""

    path: Path
    source: str
    """Where it was found, for the report."""

    @property
    def name(self) -> str:
        """How it is chosen: its file name."""
        return self.path.name


def available(model_fonts: list[Path]) -> dict[str, Font]:
    """Every font by file name, in the order in which `auto` tries them.

    Fonts that the user put under models/fonts come first, then well-known Korean faces, then the rest of what the
    system and installed packages carry.
    """
    fonts: dict[str, Font] = {}
    for font in (*(Font(path, "models/fonts") for path in model_fonts), *_installed()):
        fonts.setdefault(font.name, font)
    return fonts


def choose(fonts: dict[str, Font], name: str, text: str, cut: Cut = AS_IT_IS) -> Font:
    """The named font, or for "auto" the first that draws every letter of the text.

    Raises:
        UserError: no font at all, an unknown name, or a letter that the font does not draw; the text names it.
    """
    if name == AUTO:
        font = next((font for font in fonts.values() if draws(font, text, cut)), None)
        font = font or next((font for font in fonts.values() if draws(font, "", cut)), None)
    else:
        font = fonts.get(name)
    if font is None:
        raise UserError(f"Expected a font of this machine, got {name!r}: put a .ttf or .otf file into models/fonts.")
    lacking = missing(font, text, cut)
    if lacking:
        named = ", ".join(f"{letter} ({_title(letter)})" for letter in lacking[:5])
        which = "No font on this machine draws every letter of this text; the first," if name == AUTO else "The font"
        raise UserError(
            f"{which} {font.name}, has no letter for {named}: change the text, or put a font that has it into "
            "models/fonts and choose it."
        )
    return font


def missing(font: Font, text: str, cut: Cut = AS_IT_IS) -> list[str]:
    """The letters of `text` that the font does not draw, each once, whatever its character map claims."""
    face = open_face(font.path, cut).face
    return [letter for letter in dict.fromkeys(graphemes(text)) if has_ink(letter) and not is_drawn(face, letter)]


def draws(font: Font, text: str, cut: Cut) -> bool:
    """Whether a font has every letter of a text; one that cannot be read has none."""
    try:
        # The character map is read in no time, the outlines are not.
        known = characters(font.path)
        single = [letter for letter in graphemes(text) if has_ink(letter) and len(letter) == 1]
        return all(ord(letter) in known for letter in single) and not missing(font, text, cut)
    except UserError:  # a damaged file among the system's must not stop the search
        return False


def characters(path: Path) -> frozenset[int]:
    """Code points that the file's character map claims."""
    return _characters(path, _dates(path))


def _dates(path: Path) -> tuple[int, ...]:
    """What is another as soon as the file is another; () for one that is gone, which reading it tells."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns


@lru_cache(maxsize=256)
def _characters(path: Path, dates: tuple[int, ...]) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    try:
        # A collection shares one character map in practice.
        with TTFont(path, fontNumber=0, lazy=True) as font:
            font.setGlyphOrder([""] * font["maxp"].numGlyphs)  # glyphs' names, which nobody asks for, take most of it
            return frozenset(font.getBestCmap() or ())
    except unreadable() as error:
        raise damaged(path, error) from error


@lru_cache(maxsize=1)
def _installed() -> tuple[Font, ...]:
    places = [(Path(folder).expanduser(), "the system") for folder in PLACES["folders"]]
    for package, folder in PLACES["packages"].items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin:
            places.append((Path(spec.origin).parent / folder, f"the package {package}"))
    fonts = [
        Font(path, source)
        for folder, source in places
        for path in sorted(place / name for place, names in scan.walk(folder) for name in names)
        if path.suffix.lower() in ENDINGS
    ]
    rank = {stem: number for number, stem in enumerate(PLACES["preferred"])}
    return tuple(sorted(fonts, key=lambda font: rank.get(font.path.stem, len(rank))))


def _title(letter: str) -> str:
    return " + ".join(f"U+{ord(one):04X} {unicodedata.name(one, 'without a name')}" for one in letter)
