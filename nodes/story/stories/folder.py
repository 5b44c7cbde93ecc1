"""A user's own stories: a folder for each, with pictures and what they show."""

from collections.abc import Iterator
from pathlib import Path

from ...ground import UserError, scan, text_file
from ...news import RefusedRow
from .frame import Frame, Story

PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
CAPTIONS = "captions.txt"


def stories(root: Path) -> Iterator[Story | RefusedRow]:
    """Every folder with two pictures or more, by name; numbers in names count as numbers.

    Raises:
        UserError: no story at all.
    """
    found = 0
    for place, names in sorted(scan.walk(root), key=lambda entry: scan.natural(entry[0].relative_to(root).as_posix())):
        pictures = sorted((name for name in names if _is_picture(name)), key=scan.natural)
        if len(pictures) < 2:
            continue
        found += 1
        called = place.relative_to(root).as_posix() if place != root else root.name
        try:
            captions = _captions(place, pictures, set(names))
        except UserError as error:
            yield RefusedRow(called, str(error))
            continue
        yield Story(called, tuple(Frame(text, place / name) for name, text in zip(pictures, captions, strict=True)))
    if not found:
        raise UserError(
            f"{root.name} holds no story: expected a folder for each story, with two pictures or more and "
            f"{CAPTIONS}, a line for each picture."
        )


def _is_picture(name: str) -> bool:
    # macOS puts a file `._1.png` beside 1.png on foreign disks.
    return Path(name).suffix.lower() in PICTURES and not name.startswith(".")


def _captions(place: Path, pictures: list[str], names: set[str]) -> list[str]:
    if CAPTIONS in names:
        lines = [line.strip() for line in text_file.read(place / CAPTIONS).splitlines() if line.strip()]
        if len(lines) != len(pictures):
            raise UserError(
                f"{CAPTIONS} should have a line for each picture ({len(lines)} for {len(pictures)} without empty ones)."
            )
        return lines
    missing = [name for name in pictures if _beside(name) not in names]
    if missing:
        raise UserError(
            f"Captions are missing ({missing[0]} and others have none): write {CAPTIONS} with a line for each picture, "
            "or a text file of the same name beside each."
        )
    return [" ".join(text_file.read(place / _beside(name)).split()) for name in pictures]


def _beside(name: str) -> str:
    return f"{Path(name).stem}.txt"
