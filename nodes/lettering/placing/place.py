"""Place a title: the layouts of a page, each painted."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from ...page.drawing import Shape
from ..ink import Ink, Paint
from . import veil
from .given import Page, Words
from .inks import Shade, shades
from .layouts import Layout, best
from .people import Box, around
from .setting import Setting

RANK = 0.02
"""What an ink costs for every one that is preferred to it, beside the veil that it needs."""
OTHER_SIDE = 0.12
"""An author that is light below a dark title, or dark below a light one."""


@dataclass(frozen=True)
class Painted:
    """A layout as it was painted."""

    layout: Layout
    layer: np.ndarray
    """`[H,W,4]` uint8, straight alpha: letters, and beneath them the veils."""
    under: np.ndarray
    """The same without letters."""
    shapes: tuple[Shape, ...]
    """The letters as outlines, in px."""
    inks: dict[str, Shade]
    """Part -> its ink."""
    contrasts: dict[str, tuple[float, float]]
    """Part -> least and median contrast with the ground beneath and around its letters."""
    veils: dict[str, float]
    """Part -> opacity of the veil under it, 0 = none; 1 is a plate."""
    softened: dict[str, float]
    """Part -> share of its ground that was softened beyond that."""


def place(page: Page, words: Words, count: int) -> list[Painted]:
    """Up to `count` layouts, the best first.

    Raises:
        UserError: the words fit in no layout.
    """
    palette = shades(page.ground.picture, page.kept.accent)
    return [_painted(page, layout, palette) for layout in best(page, words, count)]


def _painted(page: Page, layout: Layout, palette: list[Shade]) -> Painted:
    picture = page.ground.picture
    height, width = picture.shape[:2]
    layer = np.zeros((height, width, 4), np.uint8)
    inks: dict[str, Shade] = {}
    veils: dict[str, float] = {}
    soft: dict[str, float] = {}
    drawn: dict[str, Ink] = {}
    masks: dict[str, np.ndarray] = {}
    for name, part in layout.parts.items():
        ink = Ink(width, height)
        part.draw(ink)
        drawn[name] = ink
        masks[name] = veil.halo(ink.letters, part.size)
    seen = picture
    blocks = [("title", "subtitle"), ("author",)]
    for block in blocks:
        parts = {name: layout.parts[name] for name in block if name in layout.parts}
        if not parts:
            continue
        mask = np.logical_or.reduce([masks[name] for name in parts])
        found = _need(palette, seen[mask], inks.get("title"))
        seen, layer, opacity, share = _veiled(page, layout, seen, layer, mask, found, parts)
        for name in parts:
            inks[name], veils[name], soft[name] = found.shade, opacity, share
    contrasts = {name: veil.parted(seen, masks[name], inks[name]) for name in layout.parts}
    under = layer
    lines: tuple[Shape, ...] = ()
    for name, ink in drawn.items():
        layer = _over(layer, ink.letters, inks[name].colour)
        lines += ink.shapes(Paint(inks[name].colour, inks[name].colour))
    return Painted(layout, layer, under, lines, inks, contrasts, veils, soft)


def _need(palette: list[Shade], colours: np.ndarray, title: Shade | None) -> veil.Need:
    """The ink that costs the picture least; an author's is as light or dark as the title's where that costs little."""
    found = [veil.need(colours, shade) for shade in palette if title is None or not shade.is_accent]

    def cost(rank: int, one: veil.Need) -> float:
        other_side = title is not None and one.shade.is_light != title.is_light
        # A veil the other way round would lie over the first.
        return one.veil + 0.5 * one.mean + RANK * rank + OTHER_SIDE * other_side + (other_side and one.mean > 0)

    return min(enumerate(found), key=lambda one: cost(*one))[1]


def _veiled(
    page: Page,
    layout: Layout,
    seen: np.ndarray,
    layer: np.ndarray,
    mask: np.ndarray,
    found: veil.Need,
    parts: dict[str, Setting],
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """The picture and the layer with a block's veil, its opacity, and the share of the ground softened beyond it."""
    size = (seen.shape[0], seen.shape[1])
    em = max(part.size for part in parts.values())
    box = around([part.box for part in parts.values()])
    opacity = np.zeros(size, np.float32)
    if found.veil > 0:
        opacity = veil.spread(size, box, em, list(page.ground.people.certain), found, layout.align)
    rows, columns = _window(box, em, size)
    window = opacity[rows, columns]
    more = veil.softened(window, seen[rows, columns], mask[rows, columns], found.shade, em)
    share = float(((more > window) & mask[rows, columns]).sum() / max(1, mask.sum()))
    opacity[rows, columns] = more
    plane = np.ceil(opacity * 255).astype(np.uint8)
    if not plane.any():
        return seen, layer, 0.0, 0.0
    strength = 1.0 if found.veil > veil.PLATE else found.veil
    return _laid(seen, plane, found.shade), _over(layer, plane, found.shade.veil), strength, share


def _window(box: Box, em: int, size: tuple[int, int]) -> tuple[slice, slice]:
    """What of a picture is looked at around a block."""
    more = em
    rows = np.clip([box.top - more, box.bottom + more], 0, size[0]).astype(int)
    columns = np.clip([box.left - more, box.right + more], 0, size[1]).astype(int)
    return slice(*rows), slice(*columns)


def _laid(picture: np.ndarray, plane: np.ndarray, shade: Shade) -> np.ndarray:
    alpha = plane[..., None].astype(np.float32) / 255
    return np.round(picture + (np.array(shade.veil, np.float32) - picture) * alpha).astype(np.uint8)


def _over(layer: np.ndarray, plane: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """A layer with another of one colour on top; both with straight alpha."""
    above = np.empty_like(layer)
    above[..., :3], above[..., 3] = colour, plane
    return np.asarray(Image.alpha_composite(Image.fromarray(layer), Image.fromarray(above)))
