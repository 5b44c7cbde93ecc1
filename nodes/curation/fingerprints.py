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

    def __init__(self) -> None:
        self._hashes = np.zeros(1024, np.uint64)
        self._names: list[str] = []

    def near(self, print_: int, bits: int) -> str | None:
        """The name of the closest picture that differs by no more than `bits`, or None."""
        if bits < 0 or not self._names:
            return None
        different = self._hashes[: len(self._names)] ^ np.uint64(print_)
        distances = np.unpackbits(different.view(np.uint8)).reshape(-1, HASH_BITS).sum(1)
        closest = int(distances.argmin())
        return self._names[closest] if distances[closest] <= bits else None

    def add(self, print_: int, name: str) -> None:
        if len(self._names) == len(self._hashes):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
        self._hashes[len(self._names)] = print_
        self._names.append(name)
