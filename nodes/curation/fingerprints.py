"""Pictures that look the same, although their files differ."""

import numpy as np

from .bands import HASH_BITS, Bands, distances, pays

FEW = 4096
"""Fingerprints that are simply compared one by one."""
GROWTH = 32
"""Times that sorted fingerprints are more than those that come after them, before all are sorted anew."""


def fingerprint(picture: np.ndarray) -> int:
    """Perceptual hash of a picture `[H,W,3]` uint8: 64 bits of its coarse cosines (imagehash's pHash)."""
    import imagehash
    from PIL import Image

    bits = imagehash.phash(Image.fromarray(picture)).hash
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


class Seen:
    """The fingerprints of what was kept, to find near-duplicates among millions.

    What a search costs hardly grows with what is kept, once there are more than a few.
    """

    def __init__(self, bits: int) -> None:
        """Nothing is seen yet.

        Args:
            bits: pictures whose fingerprints differ by no more count as one; -1 keeps all.
        """
        self._bits = bits
        self._hashes = np.zeros(FEW, np.uint64)
        self._names: list[str] = []
        self._bands: Bands | None = None

    def take(self, print_: int, name: str) -> str | None:
        """Keep a picture under its name; or say why it is not kept."""
        same = self.near(print_)
        if same is not None:
            return f"near-duplicate picture (of {same})"
        self.add(print_, name)
        return None

    def near(self, print_: int) -> str | None:
        """The name of the closest picture that counts as the same one, of several the first; or None."""
        distance, row = HASH_BITS + 1, -1
        if self._bands:
            distance, row = self._bands.closest(print_)
        elif self._names:
            found = distances(self._hashes[: len(self._names)], print_)
            row = int(found.argmin())
            distance = int(found[row])
        return self._names[row] if distance <= self._bits else None

    def add(self, print_: int, name: str) -> None:
        """Keep a picture that was found fit before."""
        if self._bits < 0:
            return
        count = len(self._names)
        if count == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._hashes[count] = print_
        self._names.append(name)
        if self._bands and self._bands.room:
            self._bands.add(print_)
        elif self._bands or (count + 1 >= FEW and pays(count + 1, self._bits)):  # once begun, only they are searched
            room = max(FEW, (count + 1) // GROWTH)
            self._bands = None  # before as much again is sorted
            self._bands = Bands(self._hashes[: count + 1], self._bits, room)
