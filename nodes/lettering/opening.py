"""Open a font file: which face of a collection, which instance of a variable font."""

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..ground import UserError
from .face import Face


@dataclass(frozen=True)
class Cut:
    """Which face and instance of a file is asked for."""

    weight: int = 0
    """100 to 900; 0 = the font's own, and Regular of a variable one."""
    width: int = 100
    """Percent."""
    japanese: bool = False
    """The text is Japanese; of a collection the Korean face is taken otherwise."""


REGULAR = 400
LANGUAGES = {False: (0x412, 23), True: (0x411, 11)}
"""Japanese or not -> the ids by which names in a font, Windows' and the Macintosh's, call the language."""


@dataclass(frozen=True)
class Opened:
    """A face of a file, and what is to be told of it."""

    face: Face
    notes: tuple[str, ...]


def open_face(path: Path, cut: Cut) -> Opened:
    """The face of a file that was asked for, in the instance that was asked for.

    Raises:
        UserError: the file is damaged, no font, or has pictures instead of outlines.
    """
    found = path.stat()
    return _opened(path, (found.st_mtime_ns, found.st_ctime_ns), cut)


@lru_cache(maxsize=8)
def _opened(path: Path, dates: tuple[int, int], cut: Cut) -> Opened:
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.ttCollection import TTCollection

    notes: list[str] = []
    try:
        with path.open("rb") as file:
            faces = TTCollection(file, lazy=True).fonts if file.read(4) == b"ttcf" else [TTFont(file, lazy=True)]
            index = 0
            if len(faces) > 1:
                index = min(range(len(faces)), key=lambda number: (*_distance(faces[number], cut), number))
            face = faces[index]
            if not {"glyf", "CFF ", "CFF2"} & set(face.keys()):
                raise UserError(
                    f"Expected a font with outlines, got {path.name}, whose letters are pictures (a bitmap or emoji "
                    "font): choose another."
                )
            if len(faces) > 1:
                notes.append(f"its face {face['name'].getDebugName(4)}, {index + 1} of {len(faces)}")
            axes, more = _instance(face, cut)
            notes += more
        return Opened(Face(path, index, axes, "ja" if cut.japanese else "ko"), tuple(notes))
    except unreadable() as error:
        raise damaged(path, error) from error


def unreadable() -> tuple[type[Exception], ...]:
    """What the libraries raise over a file that is no font or a damaged one."""
    from fontTools.ttLib import TTLibError
    from freetype import FT_Exception

    return TTLibError, FT_Exception, OSError, ValueError, LookupError, AssertionError, struct.error


def damaged(path: Path, error: Exception) -> UserError:
    """What to say of such a file."""
    return UserError(f"The font file {path.name} is damaged or no font ({error}): replace it.")


def _distance(face: Any, cut: Cut) -> tuple[bool, int]:
    """How far a face of a collection is from the language and the weight that are asked for."""
    speaks = any(record.langID == LANGUAGES[cut.japanese][record.platformID != 3] for record in face["name"].names)
    return not speaks, abs(face["OS/2"].usWeightClass - (cut.weight or REGULAR)) if "OS/2" in face else 0


def _instance(face: Any, cut: Cut) -> tuple[dict[str, float], list[str]]:
    """Values of a variable font's axes, and what of the asked ones has no effect."""
    known = {axis.axisTag: axis for axis in face["fvar"].axes} if "fvar" in face else {}
    asked = {"wght": float(cut.weight or REGULAR), "wdth": float(cut.width)}
    names = {"wght": ("weight", cut.weight), "wdth": ("width", 0 if cut.width == 100 else cut.width)}
    axes: dict[str, float] = {}
    notes: list[str] = []
    for tag, (name, wanted) in names.items():
        axis = known.get(tag)
        if axis is not None:
            axes[tag] = min(max(asked[tag], axis.minValue), axis.maxValue)
            notes.append(f"{name} {axes[tag]:g}")
            if wanted and axes[tag] != asked[tag]:
                notes[-1] += f" instead of {wanted}, as it has {axis.minValue:g} to {axis.maxValue:g}"
        elif wanted and not (tag == "wght" and "OS/2" in face and face["OS/2"].usWeightClass == wanted):
            notes.append(f"{name} {wanted} has no effect, as this face has one {name}")
    return axes, notes
