"""Hashes near to one, found without looking at all of them.

A hash of 64 bits is cut into three bands. Two hashes that differ by few bits differ by still fewer in one of the bands
at least, so all that are near lie in the places of few keys of that band (multi-index hashing: Norouzi, Punjani and
Fleet, CVPR 2012).
"""

from functools import lru_cache
from math import comb

import numpy as np

HASH_BITS = 64
BANDS = (0, 21, 42)
"""First bit of each."""
WIDEST = 21
"""Bits of a band at most: its 2 million places take 8 MB."""
PROBE = 8
"""Hashes that are compared in the time of one look at a place."""


def distances(hashes: np.ndarray, hash_: int) -> np.ndarray:
    """Bits by which each of `[N]` uint64 differs from one hash."""
    return _ones(hashes ^ np.uint64(hash_))


class Bands:
    """Hashes that no longer change, by their bands."""

    def __init__(self, hashes: np.ndarray, most: int) -> None:
        """Sort hashes into places.

        Args:
            hashes: `[N]` uint64.
            most: bits by which hashes may differ and still be near.
        """
        self._most, self._width = most, _width(len(hashes))
        self._flips, self._band = _probes(self._width, most)
        self._ends, self._rows = _sorted(hashes, self._width)
        self._hashes = hashes[self._rows]  # beside each other as they are looked at

    def closest(self, hash_: int) -> tuple[int, int]:
        """Distance and row of the closest that is near, the first of several; 65 and no row if none is."""
        low = (1 << self._width) - 1
        keys = np.array([(hash_ >> first & low) + (number << self._width) for number, first in enumerate(BANDS)])
        places = keys[self._band] ^ self._flips
        begins, ends = self._ends[places], self._ends[places + 1]
        lengths = ends - begins
        stops = lengths.cumsum()
        if not stops[-1]:
            return HASH_BITS + 1, -1
        entries = np.repeat(begins - stops + lengths, lengths) + np.arange(stops[-1])
        found = distances(self._hashes[entries], hash_)
        least = int(found.min())
        if least > self._most:
            return HASH_BITS + 1, -1
        return least, int(self._rows[entries[found == least]].min())


def _sorted(hashes: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each place of each band ends, and the rows by places."""
    from scipy.sparse import coo_array

    low = np.uint64((1 << width) - 1)
    keys = np.concatenate([(hashes >> np.uint64(first) & low).astype(np.int32) for first in BANDS])
    keys += np.repeat(np.arange(len(BANDS), dtype=np.int32) << width, len(hashes))
    rows = np.tile(np.arange(len(hashes), dtype=np.int32), len(BANDS))
    # What sparse matrices do to become rows is just this sorting, in linear time.
    places = coo_array((np.ones(len(keys), bool), (keys, rows)), (len(BANDS) << width, len(hashes))).tocsr()
    return places.indptr, places.indices


def pays(count: int, most: int) -> bool:
    """Whether a search by bands is quicker than to compare so many hashes one by one."""
    width = _width(count)
    places = sum(comb(width, ones) for fewer in _shares(most) for ones in range(min(fewer, width + 1)))
    return places * PROBE <= count


def _width(count: int) -> int:
    return min(WIDEST, count.bit_length())


def _shares(most: int) -> list[int]:
    """For each band, by how many bits fewer its keys may differ.

    Hashes that differ by as many in every band differ by more than `most` together.
    """
    share, left = divmod(most + 1, len(BANDS))
    return [share + (number < left) for number in range(len(BANDS))]


@lru_cache
def _probes(width: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Bits to flip in a band's key for each place to look at, and the number of its band."""
    every = np.arange(1 << width)
    ones = _ones(every.astype(np.uint64))
    flips = [every[ones < fewer] for fewer in _shares(most)]
    return np.concatenate(flips), np.repeat(np.arange(len(BANDS)), list(map(len, flips)))


def _ones(values: np.ndarray) -> np.ndarray:
    if hasattr(np, "bitwise_count"):  # NumPy 2
        return np.bitwise_count(values)
    return np.unpackbits(values.view(np.uint8)).reshape(-1, HASH_BITS).sum(1, dtype=np.uint8)
