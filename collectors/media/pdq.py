"""PDQ, the perceptual hash of 256 bits that lists of abuse pictures are exchanged in.

After "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019):
brightness, two passes of box filters in each direction, 64 × 64 samples, the 16 × 16 lowest
frequencies, each above the median of them or not. Turned and mirrored pictures have hashes that
follow from the same frequencies.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.uint8] | npt.NDArray[np.float64]
_Floats = npt.NDArray[np.float64]

DISTANCE = 31
"""Bits that may differ for two hashes to be taken for the same picture, as its authors advise."""
QUALITY = 50
"""Pictures with less to see than this have hashes that mean nothing, as its authors advise."""

_SIDE, _LOW = 64, 16
_PASSES = 2


class Hashes(NamedTuple):
    """``pdq`` in hexadecimal, ``turned`` those of the picture turned or mirrored in 7 ways."""

    pdq: str
    quality: int
    turned: tuple[str, ...]


def pdq(luma: Luma) -> Hashes:
    """The hashes of a picture given as rows of brightness, 0 to 255; at least one pixel."""
    small = _samples(luma.astype(np.float64))
    cosines = _cosines()
    low = cosines @ small @ cosines.T
    first, *others = (_hex(way) for way in _ways(low))
    return Hashes(first, _quality(small), tuple(others))


def distance(one: str, other: str) -> int:
    """How many bits of two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _samples(luma: _Floats) -> _Floats:
    rows, columns = luma.shape
    for _ in range(_PASSES):
        luma = _box(luma, _window(columns))
        luma = _box(luma.T, _window(rows)).T
    at_row = ((np.arange(_SIDE) + 0.5) * rows / _SIDE).astype(np.int64)
    at_column = ((np.arange(_SIDE) + 0.5) * columns / _SIDE).astype(np.int64)
    return luma[np.ix_(at_row, at_column)]


def _window(length: int) -> int:
    return (length + 2 * _SIDE - 1) // (2 * _SIDE)


def _box(values: _Floats, window: int) -> _Floats:
    """Each value's mean with its neighbours along the rows; fewer of them at the ends."""
    length = values.shape[1]
    half = (window + 2) // 2
    begin = np.maximum(np.arange(length) - (window - half), 0)
    end = np.minimum(np.arange(length) + half, length)
    sums = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
    means: _Floats = (sums[:, end] - sums[:, begin]) / (end - begin)
    return means


def _cosines() -> _Floats:
    """The lowest rows of the discrete cosine transform, without the constant one."""
    frequency = np.arange(1, _LOW + 1)[:, None]
    place = 2 * np.arange(_SIDE)[None, :] + 1
    rows: _Floats = np.sqrt(2 / _SIDE) * np.cos(np.pi / (2 * _SIDE) * frequency * place)
    return rows


def _quality(small: _Floats) -> int:
    """How much there is to see, 0 to 100: the steps between neighbours."""
    down = np.abs(np.trunc((small[:-1] - small[1:]) * 100 / 255)).sum()
    across = np.abs(np.trunc((small[:, :-1] - small[:, 1:]) * 100 / 255)).sum()
    return min(100, int((down + across) / 90))


def _ways(low: _Floats) -> list[_Floats]:
    """The frequencies of the picture as it is and in its seven other positions.

    Mirroring turns the sign of every second frequency, turning over the diagonal swaps both axes.
    """
    signs = np.where(np.arange(_LOW) % 2 == 0, -1.0, 1.0)
    mirrored = [low, low * signs[None, :], low * signs[:, None], low * np.outer(signs, signs)]
    return [*mirrored, *(way.T for way in mirrored)]


def _hex(low: _Floats) -> str:
    """The highest frequency first, in hexadecimal."""
    flat = low.ravel()
    median = np.sort(flat)[(flat.size - 1) // 2]
    return np.packbits(flat[::-1] > median).tobytes().hex()
