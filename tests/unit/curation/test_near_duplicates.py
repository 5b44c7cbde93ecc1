"""Near-duplicates among many: what is found is what comparing with every one would find."""

from itertools import pairwise

import numpy as np
import pytest
from dancheong.nodes.curation import bands, fingerprints
from dancheong.nodes.curation.fingerprints import FEW, GROWTH, Seen

KEPT = 3 * FEW + 100
"""Some sorted together, and some after them."""


def flipped(hash_: int, bits: int, draw: np.random.Generator) -> int:
    for place in draw.choice(64, bits, replace=False).tolist():
        hash_ ^= 1 << place
    return hash_


@pytest.fixture(scope="module")
def kept():
    """Hashes of which many differ by few bits, some by none, and some agree in whole bands."""
    draw = np.random.default_rng(5)
    hashes = draw.integers(0, 2**64, KEPT, dtype=np.uint64).tolist()
    for row in range(0, KEPT, 3):
        hashes[row] = flipped(hashes[draw.integers(KEPT)], int(draw.integers(0, 9)), draw)
    for row in range(1, 600, 3):
        hashes[row] = hashes[1] & ~0x3FFFFF | hashes[row] & 0x3FFFFF  # a template: two bands of three are alike
    return hashes


@pytest.mark.parametrize("bits", [0, 1, 3, 6, 7, 12, 32])
def test_the_closest_is_found_as_by_comparing_all(kept, bits):
    draw = np.random.default_rng(bits)
    seen, every = Seen(bits), np.array(kept, np.uint64)
    for row, hash_ in enumerate(kept):
        seen.add(hash_, str(row))
    for number in range(300):
        wanted = flipped(kept[draw.integers(KEPT)], int(draw.integers(0, bits + 3)), draw)
        if number % 10 == 0:
            wanted = int(draw.integers(0, 2**64, dtype=np.uint64))
        found = bands.distances(every, wanted)
        expected = str(found.argmin()) if found.min() <= bits else None
        assert seen.near(wanted) == expected


def test_every_way_to_differ_by_the_most_bits_is_found():
    """A bit too few looked for in any band misses some of them."""
    draw = np.random.default_rng(1)
    hashes = draw.integers(0, 2**64, FEW, dtype=np.uint64)
    for most in (0, 1, 2, 6):
        part = bands.Bands(hashes, most, 0)
        for _ in range(300):
            row = int(draw.integers(FEW))
            assert part.closest(flipped(int(hashes[row]), most, draw)) == (most, row)


def test_among_pictures_that_are_half_alike_none_is_missed():
    """All in the same places of two bands; what is wanted differs in the third."""
    draw = np.random.default_rng(3)
    every = bands.Bands(draw.integers(0, 2**64, FEW, dtype=np.uint64), 6, 100)
    alike = [0xABCDE << 40 | low for low in draw.choice(1 << 20, 100, replace=False).tolist()]
    for hash_ in alike:
        every.add(hash_)
    for row, hash_ in enumerate(alike):
        wanted = hash_ ^ 0b111
        found = bands.distances(np.array(alike, np.uint64), wanted)
        assert every.closest(wanted) == (found.min(), FEW + found.argmin()), row


def test_all_is_sorted_anew_only_when_much_has_come(monkeypatch):
    counts = []

    class Counted(bands.Bands):
        def __init__(self, hashes, *others):
            counts.append(len(hashes))
            super().__init__(hashes, *others)

    monkeypatch.setattr(fingerprints, "Bands", Counted)
    seen = Seen(6)
    for row, hash_ in enumerate(np.random.default_rng(2).integers(0, 2**64, 41 * FEW, dtype=np.uint64).tolist()):
        seen.add(hash_, str(row))
    assert counts[0] == FEW and len(counts) > 30
    assert all(after > before + max(FEW, before // GROWTH) for before, after in pairwise(counts))


def test_many_bits_are_compared_one_by_one(kept):
    """Where a band may differ by nearly all its bits, looking at places would take longer."""
    assert bands.pays(FEW, 6) and not bands.pays(FEW, 12) and bands.pays(1_000_000, 12)
    assert not bands.pays(5_000_000, 32)
    few, many = Seen(6), Seen(12)
    for row, hash_ in enumerate(kept[: FEW + 1]):
        few.add(hash_, str(row))
        many.add(hash_, str(row))
    assert few._bands and not many._bands


def test_none_is_missed_once_bands_are_wider_than_pays():
    """From 65,536 on bands are a bit wider, and for 14 bits sorting would not begin to pay at 70,000 but at 77,136."""
    assert bands.pays(65_000, 14) and not bands.pays(70_000, 14)
    hashes = np.random.default_rng(4).integers(0, 2**64, 70_000, dtype=np.uint64).tolist()
    seen = Seen(14)
    for row, hash_ in enumerate(hashes):
        seen.add(hash_, str(row))
    for row in (0, 65_000, 68_000, 69_000, 69_999):
        assert seen.near(hashes[row]) == str(row)
