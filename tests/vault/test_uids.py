"""The set of uids against Python's own."""

from __future__ import annotations

import random

from vault.uids import UidSet


def test_it_holds_what_a_set_holds() -> None:
    dice = random.Random(1)
    uids = [f"{dice.getrandbits(128):032x}" for _ in range(5_000)]
    uids += [f"{number:032x}" for number in range(1, 3_000)]
    uids += [f"{number << 64:032x}" for number in range(1, 2_000)]  # alike in their second half
    ours, plain = UidSet(), set[str]()
    for uid in (dice.choice(uids) for _ in range(20_000)):
        assert ours.add(uid) == (uid not in plain)
        plain.add(uid)
    assert len(ours) == len(plain)
    assert all((uid in ours) == (uid in plain) for uid in uids)
