"""Place Title at work."""

from typing import Any

import torch

from ...ground import UserError
from ...host import images
from ...host.progress import Progress, interruptibly
from ...page.lettered import Lettered
from .. import comfy_fonts, fonts
from ..choice import OWN, faces_of
from ..layer import lay
from ..text import LATIN, NUMERALS, OTHER, clean, graphemes, script
from ..wishes import FRONT, SPINE_PANEL
from . import conventions
from .given import Page, Words
from .ground import ground_of
from .place import place
from .report import told
from .safe import is_spine, panel_of, safe_area
from .sizes import Hand, sizes_of

REST_TRACKING, REST_LEADING = 2.0, 135.0
"""Percent, of subtitles and authors."""


def place_titles(
    image: torch.Tensor,
    texts: tuple[str, str, str],
    genre: str,
    layouts: int,
    trim: Any,
    font: str,
    flat: Any,
    panel: str,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, str, torch.Tensor, Lettered | None]:
    """The outputs of Place Title, from its inputs.

    Args:
        texts: title, subtitle, author.
        panel: of the flat, on which they are set.

    Raises:
        UserError: no title, trim and flat at once, a panel without a flat, or a font that cannot set it.
    """
    pictures = images.pictures(image)
    words = Words(*map(clean, texts))
    if not words.title:
        raise UserError("Expected a title, got nothing: write one.")
    if flat is not None and trim is not None:
        raise UserError("Expected trim or flat, got both: a flat knows its page, so disconnect trim.")
    if flat is None and panel != FRONT:
        raise UserError(
            f"Expected a flat for the panel {panel}, got none: connect Cover Flat Size's flat and the sheet of Compose "
            "Cover Flat, or connect that panel's own picture and choose front."
        )
    word = ""
    if genre == fonts.AUTO:
        genre, word = conventions.guessed(words.subtitle, words.author)
    kept = conventions.convention(genre)
    words, cased = _cased(words, kept.case)
    hands, set_in = interruptibly(_hands, words, kept, font)
    across, high = pictures.shape[2], pictures.shape[1]
    left, right = 0, across
    if flat is None:
        safe, page_of = safe_area(across, high, trim), trim
    else:
        left, right, safe = panel_of(flat, panel, across, high)
        page_of = flat.page
    dpi = page_of.dpi if page_of is not None else None
    spine = is_spine(across, high) if flat is None else panel == SPINE_PANEL
    sizes = sizes_of(kept, safe.width, safe.height, dpi, spine)
    result = images.working_copy(image)
    candidates, best_layers, layers, lines = [], [], [], [set_in + cased]
    lettered: Lettered | None = None
    progress = Progress(len(pictures))
    for number, picture in enumerate(pictures):
        seen = images.bytes_as_seen(picture[:, left:right])
        ground = interruptibly(ground_of, seen)
        page = Page(ground, safe, kept, *hands, sizes, spine)
        painted = interruptibly(place, page, words, layouts)
        made = [_whole(images.from_bytes(one.layer), left, across) for one in painted]
        for layer in made:
            candidate = images.working_copy(image[number : number + 1])
            lay(candidate, pictures[number : number + 1], layer)
            candidates.append(candidate)
        result[number] = candidates[-len(made)][0]
        layers += made
        best_layers.append(made[0])
        name = f"Picture {number + 1}. " if len(pictures) > 1 else ""
        if len(pictures) == 1:
            shapes = tuple(shape.placed(1.0, left, 0.0) for shape in painted[0].shapes)
            under = _whole(images.from_bytes(painted[0].under), left, across)
            lettered = Lettered(pictures, under, made[0], shapes)
        few = f" Only {len(made)} of {layouts} layouts differ enough." if len(made) < layouts else ""
        lines.append(name + told(page, painted, genre, word, dpi) + few)
        progress.step()
    if lettered is None:
        lines.append("The output 'type' is empty: it holds the words of one picture.")
    if flat is not None:
        where = "front cover" if panel == FRONT else panel
        lines.append(f"On the flat, only the {where} was lettered; px count from its left fold.")
    return (
        images.to_host(result),
        images.to_host(torch.cat(candidates)),
        images.to_host(torch.stack(best_layers)),
        "\n".join(lines),
        images.to_host(torch.stack(layers)),
        lettered,
    )


def _cased(words: Words, case: str) -> tuple[Words, str]:
    """The title in capitals where the genre sets Latin titles so, and a word about it."""
    upper = words.title.upper()
    scripts = {script(letter) for letter in graphemes(words.title)}
    if case != conventions.UPPER or not scripts <= {LATIN, NUMERALS, OTHER} or upper == words.title:
        return words, ""
    return Words(upper, words.subtitle, words.author), " The genre sets Latin titles in capitals."


def _hands(words: Words, kept: conventions.Convention, font: str) -> tuple[tuple[Hand, Hand], str]:
    """How the title and the rest are set, and which fonts that takes."""
    own: dict[str, str] = dict.fromkeys(OWN, fonts.AUTO)
    known = comfy_fonts.known()
    title, title_told = faces_of(conventions.in_order(known, kept.title), font, own, words.title, kept.weight, 100)
    told_of = f"Title: {title_told}."
    rest = title
    others = words.subtitle + words.author
    if others:
        rest, rest_told = faces_of(conventions.in_order(known, kept.rest), font, own, others, kept.rest_weight, 100)
        told_of += f" The rest: {rest_told}."
    return (Hand(title, kept.tracking, kept.leading), Hand(rest, REST_TRACKING, REST_LEADING)), told_of


def _whole(layer: torch.Tensor, left: int, across: int) -> torch.Tensor:
    """A panel's layer as one of the whole sheet."""
    if layer.shape[1] == across:
        return layer
    whole = torch.zeros(layer.shape[0], across, 4)
    whole[:, left : left + layer.shape[1]] = layer
    return whole
