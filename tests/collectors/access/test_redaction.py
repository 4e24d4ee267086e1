"""No spelling of a secret that servers use is left, and nothing else is touched."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.access import Redaction

from .conftest import spellings

AWKWARD = 'a/b+c=d&e"f<g> \\h%i-j.k_l'
SECRETS = st.text(string.ascii_letters + string.digits + "/+=&\"'<> \\%-._~:@", min_size=12)


@pytest.mark.parametrize("number", range(len(spellings(AWKWARD))))
def test_every_spelling_is_found(number: int) -> None:
    spelt = spellings(AWKWARD)[number]
    clean, count = Redaction([AWKWARD])(b"before " + spelt + b" after")
    assert count >= 1
    assert not [one for one in spellings(AWKWARD, core=True) if one in clean]
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")


@given(SECRETS, st.binary(max_size=20), st.binary(max_size=20))
def test_whatever_stands_beside_it(secret: str, before: bytes, after: bytes) -> None:
    redaction = Redaction([secret])
    for spelt in spellings(secret)[:6]:
        clean, count = redaction(before + spelt + after)
        assert count
        assert spelt not in clean
    packed = base64.b64encode(before + secret.encode() + after)
    clean, count = redaction(packed)
    assert count
    assert len(clean) < len(packed) + 10 - len(secret)


@given(st.binary(max_size=300))
def test_what_holds_no_secret_is_as_it_was(data: bytes) -> None:
    assert Redaction(["a secret that is not there"])(data) == (data, 0)
    assert Redaction()(data) == (data, 0)


def test_a_secret_within_another_leaves_nothing_of_either() -> None:
    redaction = Redaction(["longsecret", "longsecret-and-more"])
    assert redaction(b"x longsecret-and-more y longsecret z") == (
        b"x [redacted] y [redacted] z",
        2,
    )


def test_secrets_are_added_on_the_way() -> None:
    redaction = Redaction(["first-secret"])
    redaction.add("second-secret", "")
    assert redaction(b"first-secret second-secret") == (b"[redacted] [redacted]", 2)
    assert repr(redaction) == "Redaction(2 secrets)"


def test_a_hostile_page_costs_linear_time() -> None:
    redaction = Redaction(["=" * 40, AWKWARD, "a" * 40])
    page = (b"=" * 39 + b"a" * 39 + b"%3d" * 39 + b"\\u003d" * 39) * 3_000
    clean, _ = redaction(page)
    assert len(clean) <= len(page)
