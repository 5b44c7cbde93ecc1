"""The fonts of a text: one for all of it, or another for each script."""

from collections.abc import Mapping

from .breaks import SOFT_HYPHEN
from .faces import Faces
from .fonts import AUTO, Font, choose, missing
from .opening import Cut, open_face
from .text import HANJA, LATIN, NUMERALS, graphemes, script, writing

SAME = "same"
OWN = (HANJA, LATIN, NUMERALS)
"""Scripts that may have a font of their own."""


def faces_of(
    fonts: dict[str, Font], name: str, own: Mapping[str, str], text: str, weight: int, width: int
) -> tuple[Faces, str]:
    """The faces that set a text.

    Args:
        fonts: as `available` finds them.
        name: of the main font, or AUTO.
        own: script of OWN -> name, AUTO for the main font where it has all its letters and else the first that has, or
            SAME for the main font.
        text: all that is set.
        weight, width: see `Cut`.

    Returns:
        The faces, and for people which fonts they are.

    Raises:
        UserError: a letter that no font of its script draws, or a font that cannot be used.
    """
    cut = Cut(weight, width, _is_japanese(text))
    letters = graphemes(text + ("-" if SOFT_HYPHEN in text else ""))
    of_script = {kind: "".join(one for one in letters if script(one) == kind) for kind in OWN}
    apart = {kind: own[kind] for kind in OWN if own.get(kind, SAME) != SAME and of_script[kind]}
    main = choose(fonts, name, "".join(one for one in letters if script(one) not in apart), cut)
    told = [f"Font {_told(main, cut)}"]
    others: list[tuple[str, Font]] = []
    for kind, wanted in apart.items():
        if wanted == AUTO and not missing(main, of_script[kind], cut):
            continue
        font = choose(fonts, wanted, of_script[kind], cut)
        others.append((kind, font))
        told.append(f"{kind} {_told(font, cut)}")
    opened = tuple((kind, open_face(font.path, cut).face) for kind, font in others)
    return Faces(open_face(main.path, cut).face, opened), ", ".join(told)


def _told(font: Font, cut: Cut) -> str:
    notes = ", ".join(open_face(font.path, cut).notes)
    return f"{font.name} ({notes}) from {font.source}" if notes else f"{font.name} from {font.source}"


def _is_japanese(text: str) -> bool:
    """Kana without any Hangul."""
    scripts = {writing(letter) for letter in text}
    return bool(scripts & {"Hira", "Kana"}) and "Hang" not in scripts
