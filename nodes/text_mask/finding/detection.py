"""Find text with a probability network: look from several distances, weigh what is seen, keep each text once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..regions import Region
from . import evidence, pyramid
from .lines import lines

LEAST_CONTRAST = 6
"""Of 255, in any channel: less cannot be read by anybody."""
LEAST_WEIGHT, LEAST_WEIGHT_ALONE = -0.3, 0.5
"""Log-odds of text; below it, what the network showed is left alone. What is seen from one distance only needs more."""
LEAST_READABLE = 0.25
"""0..1: text is still there from where its letters have a readable height; a row of windows is not."""
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
    return sorted(call(choose, candidates), key=lambda region: tuple(region.polygon.mean(axis=0)[::-1]))


def weighed(picture: np.ndarray, looks: list[pyramid.Look]) -> list[Candidate]:
    """Everything that looks like text from any distance, with what speaks for it."""
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
    weights = evidence.weight(features)
    weights[features[:, evidence.FEATURES.index("readable")] < LEAST_READABLE] = -np.inf
    return [
        Candidate(region, drawn_in, float(weight)) for (region, _, drawn_in), weight in zip(seen, weights, strict=True)
    ]


def choose(candidates: list[Candidate]) -> list[Region]:
    """Each text once, the likeliest sight of it first; a line in place of the pieces of its letters."""
    chosen: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda candidate: -candidate.weight):
        if candidate.weight < LEAST_WEIGHT:
            break
        if candidate.weight < LEAST_WEIGHT_ALONE and not _is_seen_again(candidate, candidates):
            continue
        shares = [(other, *_shares(candidate.seen.polygon, other.seen.polygon)) for other in chosen]
        if sum(of_own for _, of_own, _ in shares) >= COVERED:
            continue
        pieces = {
            id(other)
            for other, _, of_other in shares
            if of_other >= INSIDE and other.seen.height >= PIECE * candidate.seen.height
        }
        chosen = [other for other in chosen if id(other) not in pieces] + [candidate]
    return [candidate.drawn_in for candidate in chosen]


def _is_seen_again(candidate: Candidate, candidates: list[Candidate]) -> bool:
    return any(
        other is not candidate and min(_shares(candidate.seen.polygon, other.seen.polygon)) >= SAME
        for other in candidates
    )


def _shares(own: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """How much of each of two quads lies in the other, 0..1."""
    import cv2

    if (own.max(axis=0) <= other.min(axis=0)).any() or (other.max(axis=0) <= own.min(axis=0)).any():
        return 0.0, 0.0
    common = cv2.intersectConvexConvex(own, other)[0]
    return common / max(cv2.contourArea(own), 1e-6), common / max(cv2.contourArea(other), 1e-6)


def has_contrast(picture: np.ndarray, polygon: np.ndarray) -> bool:
    """Whether anything can be written there: the network sees text in some plain colours."""
    (left, top), (right, bottom) = np.floor(polygon.min(axis=0)).astype(int), np.ceil(polygon.max(axis=0)).astype(int)
    inside = picture[top:bottom, left:right].reshape(-1, 3)
    return bool(len(inside)) and int(np.ptp(inside, axis=0).max()) >= LEAST_CONTRAST
