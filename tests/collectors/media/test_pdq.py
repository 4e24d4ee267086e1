"""PDQ, bit for bit as the reference implementation has it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from collectors.media.pdq import DISTANCE, QUALITY, distance, pdq


def drawn(width: int, height: int, seed: int) -> npt.NDArray[np.uint8]:
    """A picture of waves with a dark box in it."""
    y, x = np.mgrid[0:height, 0:width]
    u, v = x / width, y / height
    waves = 128 + 60 * np.sin(7 * u + seed) + 40 * np.cos(11 * v * u + seed)
    picture = waves + 20 * np.sin(23 * (u - v) * seed)
    picture[(np.abs(u - 0.3) < 0.1) & (np.abs(v - 0.6) < 0.2)] = 20 * seed
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((64, 64, 1), "c3e173863c783e1ec2f1c3c131c63e902e5e416b7da20e3cff2a3c1ec3e1c163"),
        ((200, 120, 2), "48066eab37ff905c3f73838c3dd68469391e86e137d692ac9c7231158fe98447"),
        ((513, 1000, 3), "fa1e2f2981e1318ece717a0e0f3580e13186ce793f168e2ac555338dce33ce76"),
        ((1024, 700, 4), "8c3d8c733187338e8c71ce3b882531ce338ecc718e35c47b31c5338bcc72cefc"),
    ],
)
def test_hashes_are_those_of_the_reference(size: tuple[int, int, int], wanted: str) -> None:
    """Wanted hashes are from the authors' C++ implementation (pdqhash 0.2.8)."""
    found = pdq(drawn(*size))
    assert distance(found.pdq, wanted) <= 2  # a coefficient may lie on the very median
    assert found.quality == 100


def test_a_turned_or_mirrored_picture_is_foreseen() -> None:
    patches = np.random.default_rng(5).integers(0, 255, (24, 24), dtype=np.uint8)
    picture = np.kron(patches, np.ones((20, 20), dtype=np.uint8))
    foreseen = {*pdq(picture).turned, pdq(picture).pdq}
    for turned in (picture, picture.T):
        for quarter in range(4):
            seen = pdq(np.ascontiguousarray(np.rot90(turned, quarter))).pdq
            assert min(distance(seen, other) for other in foreseen) <= DISTANCE // 2


def test_other_pictures_are_far_and_the_same_one_smaller_is_near() -> None:
    one = pdq(drawn(600, 400, 2)).pdq
    assert distance(one, pdq(drawn(300, 200, 2)).pdq) <= DISTANCE // 2
    assert distance(one, pdq(drawn(600, 400, 3)).pdq) > 2 * DISTANCE
    assert distance(one, one) == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 5_000), (3, 2), (63, 65)])
def test_any_size_has_a_hash(shape: tuple[int, int]) -> None:
    found = pdq(np.full(shape, 7, dtype=np.uint8))
    assert len(found.pdq) == 64
    assert found.quality < QUALITY
