"""Find text with a probability network: look from several distances, weigh what is seen, keep each text once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..regions import Region
from . import beyond, evidence, pyramid
from .lines import lines

LEAST_CONTRAST = 6
"""Of 255, in any channel: less cannot be read by anybody."""
LEAST_WEIGHT, LEAST_WEIGHT_ALONE = -0.3, 0.5
"""Log-odds of text; below it, what the network showed is left alone. What is seen from one distance only needs more."""
SAME = 0.4
"""Two sights of one text lie in each other by that much at least."""
COVERED = 0.6
"""Of a region: what others have already marked need not be marked again."""
INSIDE, PIECE = 0.75, 0.4
"""A region that lies inside a larger one and is not much lower is a piece of its letters; a lower one is other text."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """What looks like text, and what speaks for it."""

    seen: Region
    """As the network showed it."""
    drawn_in: Region
    """As far as its letters reach."""
    weight: float
    """Log-odds of text."""


def directly(work: Callable[..., Any], *arguments: object) -> Any:
    """The simplest `call`: nothing but the call."""
    return work(*arguments)


def find(network: pyramid.Network, picture: np.ndarray, call: pyramid.Call) -> list[Region]:
    """The lines of text in a picture, in reading order.

    Args:
        picture: `[H,W,3]` uint8 RGB, any size.
        call: runs one step of the work, `call(function, *arguments)`; the place for interrupts and progress.
    """
    height, width = picture.shape[:2]
    looks = [pyramid.look(network, picture, scale, call) for scale in pyramid.scales(height, width)]
    candidates = call(weighed, picture, looks)
    found = call(beyond.continued, picture, choose(candidates))
    return sorted(found, key=lambda region: tuple(region.polygon.mean(axis=0)[::-1]))


def weighed(picture: np.ndarray, looks: list[pyramid.Look]) -> list[Candidate]:
    """Everything that looks like text from any distance, with what speaks for it."""
    from . import line_network  # brings torch, which the command line does without

    height, width = picture.shape[:2]
    seen = [
        (region, *evidence.examine(picture, region, looks, own))
        for own, look in enumerate(looks)
        for region in lines(look, height, width)
        if has_contrast(picture, region.polygon)
    ]
    if not seen:
        return []
    features = np.stack([features for _, features, _ in seen])
    weights = evidence.weight(features, line_network.odds(picture, [region for region, _, _ in seen]))
    return [
        Candidate(region, drawn_in, float(weight)) for (region, _, drawn_in), weight in zip(seen, weights, strict=True)
    ]


def choose(candidates: list[Candidate]) -> list[Region]:
    """Each text once, the likeliest sight of it first; a line in place of the pieces of its letters."""
    if not candidates:
        return []
    ordered = sorted(candidates, key=lambda candidate: -candidate.weight)
    corners = np.stack([candidate.seen.polygon for candidate in ordered])
    low, high = corners.min(axis=1), corners.max(axis=1)
    chosen: dict[int, Candidate] = {}
    for number, candidate in enumerate(ordered):
        if candidate.weight < LEAST_WEIGHT:
            break
        # A page has thousands of lines, and a line few neighbours.
        meets = np.flatnonzero(((low < high[number]) & (low[number] < high)).all(axis=1)).tolist()
        shares = {other: _shares(corners[number], corners[other]) for other in meets if other != number}
        if candidate.weight < LEAST_WEIGHT_ALONE and not any(min(both) >= SAME for both in shares.values()):
            continue
        if sum(of_own for other, (of_own, _) in shares.items() if other in chosen) >= COVERED:
            continue
        for other, (_, of_other) in shares.items():
            if other in chosen and of_other >= INSIDE and ordered[other].seen.height >= PIECE * candidate.seen.height:
                del chosen[other]
        chosen[number] = candidate
    return [candidate.drawn_in for candidate in chosen.values()]


def _shares(own: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """How much of each of two quads lies in the other, 0..1."""
    import cv2

    common = cv2.intersectConvexConvex(own, other)[0]
    return common / max(cv2.contourArea(own), 1e-6), common / max(cv2.contourArea(other), 1e-6)


def has_contrast(picture: np.ndarray, polygon: np.ndarray) -> bool:
    """Whether anything can be written there: the network sees text in some plain colours."""
    (left, top), (right, bottom) = np.floor(polygon.min(axis=0)).astype(int), np.ceil(polygon.max(axis=0)).astype(int)
    inside = picture[top:bottom, left:right].reshape(-1, 3)
    return bool(len(inside)) and int(np.ptp(inside, axis=0).max()) >= LEAST_CONTRAST
