"""How networks write the id that an account keeps while its handle changes, by platform.

Bluesky: a DID (atproto.com/specs/did). Telegram: number with the kind of peer, as its exports and
interface tell it (core.telegram.org/api/peers). Mastodon: the address of the actor (ActivityPub,
3.1), never the page for people (/@name), which stands in for it at old instances. Reddit: the
full name t2_… (reddit.com/dev/api). VK: number, communities below zero
(dev.vk.com/reference/objects). YouTube: channel id. Matrix: user id (spec.matrix.org,
appendices). Discord and X: number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NATIVE_IDS: Mapping[str, re.Pattern[str]] = {
    "bluesky": re.compile(r"did:(?:plc|web):[A-Za-z0-9.:%_-]{1,250}"),
    "telegram": re.compile(r"(?:user|channel|chat):[0-9]{1,20}"),
    "mastodon": re.compile(r"https?://[^\s/]{1,255}/(?!@)\S{1,500}"),
    "reddit": re.compile(r"t2_[0-9a-z]{1,20}"),
    "vk": re.compile(r"-?[1-9][0-9]{0,19}"),
    "youtube": re.compile(r"UC[A-Za-z0-9_-]{22}"),
    "matrix": re.compile(r"@[^\s:]{1,250}:\S{1,250}"),
    "discord": re.compile(r"[0-9]{15,20}"),
    "x": re.compile(r"[0-9]{1,20}"),
}
"""Platform, folded → what an id of an account looks like there."""

SPEAKING = frozenset({"bluesky", "telegram", "matrix", "youtube"})
"""Platforms where no handle that people choose looks like an id."""


def is_native_id(platform: str, text: str) -> bool:
    """Whether this is how the platform writes the id of an account; never for unknown platforms."""
    shape = NATIVE_IDS.get(platform.casefold())
    return shape is not None and shape.fullmatch(text) is not None


def names_itself(platform: str, handle: str) -> bool:
    """Whether an account is called by its native id, for want of a handle."""
    return platform.casefold() in SPEAKING and is_native_id(platform, handle)
