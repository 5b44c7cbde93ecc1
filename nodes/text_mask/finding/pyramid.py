"""One picture seen at several sizes, each in tiles of bounded memory, by a network that says where text is.

A network trained on letters of 10 to 60 px misses larger and smaller ones; looked at from several distances they are
all of that height once. The tiles' answers are stitched into one map per size, so that no line ends at a tile's edge.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

FINEST = 1.4
SHORTEST_SIDE = 736
MOST_ENLARGED = 4.0
SMALLEST = 1024
"""px of the longer side: sizes are added until the whole picture fits into one look."""
TILE = 768
HALO = 32
"""px around every tile: the context of its rim, beyond the picture's own border its repeated last pixels."""
STRIDE = 32

Network = Callable[[np.ndarray], np.ndarray]
"""`[h,w,3]` uint8 RGB, sides multiples of 32 -> `[h,w]` probability 0..1."""
Call = Callable[..., Any]


@dataclass(frozen=True)
class Look:
    """The picture at one size."""

    scale: float
    """Size against the picture's own."""
    probability: np.ndarray
    """`[H',W']` uint8, 0..255."""


def scales(height: int, width: int) -> list[float]:
    """The sizes to look at, finest first: enlarged for small print, then smaller and smaller for large titles."""
    finest = min(max(FINEST, SHORTEST_SIDE / min(height, width)), MOST_ENLARGED)
    sizes = [finest, finest / math.sqrt(2), finest / math.sqrt(8), finest / 4]
    while sizes[-1] * max(height, width) > SMALLEST:
        sizes.append(sizes[-1] / 2)
    return sizes


def tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Equal tiles of at most `TILE` px that cover the area."""
    for top, bottom in _parts(height):
        for left, right in _parts(width):
            yield slice(top, bottom), slice(left, right)


def size_at(scale: float, height: int, width: int) -> tuple[int, int]:
    """Height and width in px of a look."""
    return max(1, round(height * scale)), max(1, round(width * scale))


def count(height: int, width: int) -> int:
    """How many tiles all looks at a picture have together."""
    return sum(len(list(tiles(*size_at(scale, height, width)))) for scale in scales(height, width))


def look(network: Network, picture: np.ndarray, scale: float, call: Call) -> Look:
    """The map of one size.

    Args:
        picture: `[H,W,3]` uint8 RGB.
        call: runs `network` on a tile; the place for an interrupt or a progress bar.
    """
    height, width = size_at(scale, *picture.shape[:2])
    probability = np.empty((height, width), np.uint8)
    seen = _reduced(picture, height, width) if scale < 1 else picture
    for rows, columns in tiles(height, width):
        window = _window(seen, (height, width), rows, columns)
        answer = call(network, window)[HALO : HALO + rows.stop - rows.start, HALO : HALO + columns.stop - columns.start]
        probability[rows, columns] = np.round(answer * 255)
    return Look(scale, probability)


def _parts(length: int) -> Iterator[tuple[int, int]]:
    parts = math.ceil(length / TILE)
    for part in range(parts):
        yield part * length // parts, (part + 1) * length // parts


def _reduced(picture: np.ndarray, height: int, width: int) -> np.ndarray:
    import cv2

    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _window(seen: np.ndarray, size: tuple[int, int], rows: slice, columns: slice) -> np.ndarray:
    """A tile with its halo, `size` being what `seen` would measure at this look; enlarged here where it is smaller."""
    import cv2

    zoom_y, zoom_x = size[0] / seen.shape[0], size[1] / seen.shape[1]
    height, width = (-(-(part.stop - part.start + 2 * HALO) // STRIDE) * STRIDE for part in (rows, columns))
    top, left = rows.start - HALO, columns.start - HALO
    # From px of the look to px of `seen`, through px centres.
    to_seen = np.array(
        [[1 / zoom_x, 0, (left + 0.5) / zoom_x - 0.5], [0, 1 / zoom_y, (top + 0.5) / zoom_y - 0.5]], np.float64
    )
    # warpAffine is limited to sources below 32768 px: hand it only what the tile sees.
    margin = 3
    first_x, first_y = (max(0, math.floor(offset) - margin) for offset in to_seen[:, 2])
    last_x = math.ceil(to_seen[0, 2] + width / zoom_x) + margin
    last_y = math.ceil(to_seen[1, 2] + height / zoom_y) + margin
    part = seen[first_y:last_y, first_x:last_x]
    to_seen[:, 2] -= (first_x, first_y)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(part, to_seen, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
