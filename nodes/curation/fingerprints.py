"""Pictures that look the same, although their files differ."""

import numpy as np

from .bands import HASH_BITS, Bands, distances, pays

RECENT = 4096
"""Fingerprints that are simply compared one by one, at least."""
GROWTH = 32
"""Times that sorted fingerprints must be more than those that come after them, or they are sorted together."""


def fingerprint(picture: np.ndarray) -> int:
    """Perceptual hash of a picture `[H,W,3]` uint8: 64 bits of its coarse cosines (imagehash's pHash)."""
    import imagehash
    from PIL import Image

    bits = imagehash.phash(Image.fromarray(picture)).hash
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


class Seen:
    """The fingerprints of what was kept, to find near-duplicates among millions.

    What a search costs hardly grows with what is kept: sorted parts of falling sizes, each with its bands, and a rest
    that is compared one by one.
    """

    def __init__(self, bits: int) -> None:
        """Nothing is seen yet.

        Args:
            bits: pictures whose fingerprints differ by no more count as one; -1 keeps all.
        """
        self._bits = bits
        self._hashes = np.zeros(RECENT, np.uint64)
        self._names: list[str] = []
        self._parts: list[tuple[int, Bands]] = []
        """First row of each, and its bands."""
        self._sorted = 0
        """Rows that are in parts."""

    def take(self, print_: int, name: str) -> str | None:
        """Keep a picture under its name; or say why it is not kept."""
        same = self.near(print_)
        if same is not None:
            return f"near-duplicate picture (of {same})"
        self.add(print_, name)
        return None

    def near(self, print_: int) -> str | None:
        """The name of the closest picture that counts as the same one, of several the first; or None."""
        found = [(HASH_BITS + 1, -1)]
        for first, part in self._parts:
            distance, row = part.closest(print_)
            found.append((distance, first + row))
        recent = distances(self._hashes[self._sorted : len(self._names)], print_)
        if len(recent):
            row = int(recent.argmin())
            found.append((int(recent[row]), self._sorted + row))
        distance, row = min(found)
        return self._names[row] if distance <= self._bits else None

    def add(self, print_: int, name: str) -> None:
        """Keep a picture that was found fit before."""
        if self._bits < 0:
            return
        if len(self._names) == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._hashes[len(self._names)] = print_
        self._names.append(name)
        recent = len(self._names) - self._sorted
        if recent >= RECENT and pays(recent, self._bits):
            self._sort()

    def _sort(self) -> None:
        first, end = self._sorted, len(self._names)
        while self._parts and first - self._parts[-1][0] < GROWTH * (end - first):
            first, _ = self._parts.pop()
        self._parts.append((first, Bands(self._hashes[first:end].copy(), self._bits)))
        self._sorted = end
