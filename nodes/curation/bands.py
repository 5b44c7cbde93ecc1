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
LINKS = 16
"""Of a chain that are followed: more cost more than to compare with all."""
PROBE = 8
"""Hashes that are compared in the time of one look at a place."""


def distances(hashes: np.ndarray, hash_: int) -> np.ndarray:
    """Bits by which each of `[N]` uint64 differs from one hash."""
    return _ones(hashes ^ np.uint64(hash_))


class Bands:
    """Hashes by their bands: sorted ones, and those that came since in a chain for each place."""

    def __init__(self, hashes: np.ndarray, most: int, room: int) -> None:
        """Sort hashes into places.

        Args:
            hashes: `[N]` uint64.
            most: bits by which hashes may differ and still be near.
            room: how many more may come.
        """
        self._most, self._width = most, _width(len(hashes))
        self._flips, self._band = _probes(self._width, most)
        self._ends, self._rows = _sorted(hashes, self._width)
        self._hashes = hashes[self._rows]  # beside each other as they are looked at
        self._sorted = len(hashes)
        self._late, self._room = np.empty(room, np.uint64), room
        self._heads = np.full(len(BANDS) << self._width, -1, np.int32)
        self._next = np.empty(len(BANDS) * room, np.int32)

    @property
    def room(self) -> int:
        """How many more may come."""
        return self._room

    def add(self, hash_: int) -> None:
        """Put a hash at the head of its chains."""
        row = len(self._late) - self._room
        self._late[row] = hash_
        keys, links = self._keys(hash_), np.arange(len(BANDS)) + len(BANDS) * row
        self._next[links] = self._heads[keys]
        self._heads[keys] = links
        self._room -= 1

    def closest(self, hash_: int) -> tuple[int, int]:
        """Distance and row of the closest that is near, the first of several; 65 and no row if none is."""
        places = self._keys(hash_)[self._band] ^ self._flips
        begins = self._ends[places]
        lengths = self._ends[places + 1] - begins
        stops = lengths.cumsum()
        entries = np.repeat(begins - stops + lengths, lengths) + np.arange(stops[-1])
        late = self._chained(places)
        found = distances(np.concatenate([self._hashes[entries], self._late[late]]), hash_)
        least = int(found.min(initial=HASH_BITS + 1))
        if least > self._most:
            return HASH_BITS + 1, -1
        rows = np.concatenate([self._rows[entries], late + self._sorted])
        return least, int(rows[found == least].min())

    def _keys(self, hash_: int) -> np.ndarray:
        """Its place in each band."""
        low = (1 << self._width) - 1
        return np.array([(hash_ >> first & low) + (number << self._width) for number, first in enumerate(BANDS)])

    def _chained(self, places: np.ndarray) -> np.ndarray:
        """Which of those that came since are in places; all where a chain is long, as of pictures half alike."""
        links, found = self._heads[places], []
        for _ in range(LINKS):
            links = links[links >= 0]
            if not len(links):
                return np.concatenate(found) // len(BANDS) if found else links
            found.append(links)
            links = self._next[links]
        return np.arange(len(self._late) - self._room)


def _sorted(hashes: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each place of each band ends, and the rows by places."""
    from scipy.sparse import coo_array

    count, low = len(hashes), np.uint64((1 << width) - 1)
    ends = np.zeros((len(BANDS) << width) + 1, np.int32)
    rows = np.empty(len(BANDS) * count, np.int32)
    for number, first in enumerate(BANDS):  # one by one, for less memory
        keys = (hashes >> np.uint64(first) & low).astype(np.int32)
        # What sparse matrices do to become rows is just this sorting, in linear time.
        places = coo_array(
            (np.ones(count, bool), (keys, np.arange(count, dtype=np.int32))), (1 << width, count)
        ).tocsr()
        ends[(number << width) + 1 : (number + 1 << width) + 1] = places.indptr[1:] + number * count
        rows[number * count : (number + 1) * count] = places.indices
    return ends, rows


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
