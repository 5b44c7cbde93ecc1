"""Pictures that look the same, although their files differ."""

import numpy as np

HASH_BITS = 64


def fingerprint(picture: np.ndarray) -> int:
    """Perceptual hash of a picture `[H,W,3]` uint8: 64 bits of its coarse cosines (imagehash's pHash)."""
    import imagehash
    from PIL import Image

    return int(str(imagehash.phash(Image.fromarray(picture))), 16)


class Seen:
    """The fingerprints of what was kept, to find near-duplicates among 100,000 and more."""

    def __init__(self, bits: int) -> None:
        """Nothing is seen yet.

        Args:
            bits: pictures whose fingerprints differ by no more count as one; -1 keeps all.
        """
        self._bits = bits
        self._hashes = np.zeros(1024, np.uint64)
        self._names: list[str] = []

    def take(self, print_: int, name: str) -> str | None:
        """Keep a picture under its name; or say why it is not kept."""
        same = self.near(print_)
        if same is not None:
            return f"near-duplicate picture (of {same})"
        self.add(print_, name)
        return None

    def near(self, print_: int) -> str | None:
        """The name of the closest picture that counts as the same one, or None."""
        if self._bits < 0 or not self._names:
            return None
        different = self._hashes[: len(self._names)] ^ np.uint64(print_)
        distances = np.unpackbits(different.view(np.uint8)).reshape(-1, HASH_BITS).sum(1)
        closest = int(distances.argmin())
        return self._names[closest] if distances[closest] <= self._bits else None

    def add(self, print_: int, name: str) -> None:
        """Keep a picture that was found fit before."""
        if len(self._names) == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._hashes[len(self._names)] = print_
        self._names.append(name)
