"""Font files on this machine, and which characters they really have."""

import importlib.util
import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..ground import UserError, scan

PLACES: dict = json.loads(Path(__file__).with_name("fonts.json").read_text(encoding="utf-8"))
ENDINGS = (".ttf", ".otf", ".ttc")
AUTO = "auto"
# Layout marks that draw nothing and that no font needs to have.
INVISIBLE = {"Cf", "Cc", "Zs", "Zl", "Zp"}


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


def choose(fonts: dict[str, Font], name: str, text: str) -> Font:
    """The named font, or for "auto" the first that has every character of the text.

    Raises:
        UserError: no font at all, an unknown name, or a character that the font lacks; the text names it.
    """
    if name == AUTO:
        font = next((font for font in fonts.values() if _draws(font, text)), None) or next(iter(fonts.values()), None)
    else:
        font = fonts.get(name)
    if font is None:
        raise UserError(f"Expected a font of this machine, got {name!r}: put a .ttf or .otf file into models/fonts.")
    lacking = missing(font, text)
    if lacking:
        named = ", ".join(f"{character} (U+{ord(character):04X} {_title(character)})" for character in lacking[:5])
        which = "No font on this machine has every letter of this text; the first," if name == AUTO else "The font"
        raise UserError(
            f"{which} {font.name}, has no letter for {named}: change the text, or put a font that has it into "
            "models/fonts and choose it."
        )
    return font


def missing(font: Font, text: str) -> list[str]:
    """The characters of `text` that the font cannot draw, each once."""
    known = _characters(font.path, _dates(font.path))
    return [
        character
        for character in dict.fromkeys(text)
        if ord(character) not in known and unicodedata.category(character) not in INVISIBLE
    ]


def _dates(path: Path) -> tuple[int, ...]:
    """What is another as soon as the file is another; () for one that is gone, which reading it tells."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns


@lru_cache(maxsize=64)
def _characters(path: Path, dates: tuple[int, ...]) -> frozenset[int]:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        # A collection shares one character map in practice, and Pillow draws its first face.
        with TTFont(path, fontNumber=0, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError, ValueError, AssertionError) as error:
        raise UserError(f"The font file {path.name} is damaged or no font ({error}): replace it.") from error


def _draws(font: Font, text: str) -> bool:
    try:
        return not missing(font, text)
    except UserError:  # a damaged file among the system's must not stop the search
        return False


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


def _title(character: str) -> str:
    return unicodedata.name(character, "without a name")
