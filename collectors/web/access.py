"""The seam to an interface's keys: what is shown to it, to no one else, and never kept.

Whoever keeps the keys (``collectors.access``) stands behind :class:`Access`; a Fetcher decides
where they may go. A request shows them only at the origins of the source's own addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlsplit

from collectors.interfaces.interface import Told
from collectors.tor import is_onion
from collectors.web.addresses import Place, normal, place
from config.sources import Source
from model.errors import SpoorError

Origin = tuple[str, Place]
"""Scheme, host and port."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request of a login. It holds secrets, so neither it nor its answer is ever kept."""

    url: str
    method: Literal["GET", "POST"] = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


Ask = Callable[[Question], Told]
"""Sends a request by the source's route and within its limits; CollectionError without answer."""


class Access(Protocol):
    """What one source shows to its interface; used by several threads at a time."""

    def through(self, ask: Ask) -> None:
        """Take the way by which a login is asked for. A Fetcher gives it once, at its making."""

    def headers(self, url: str) -> Mapping[str, str]:
        """What to show at this address, none for nothing; logs in first where that is needed.

        CollectionError ``token-missing`` or ``token-refused`` where there is nothing to show.
        """

    def renew(self, told: Told, shown: Mapping[str, str]) -> bool:
        """Whether the answer refuses what was ``shown``, and there is something newer to show.

        It gets to know every answer to a request that showed something.
        """

    def redact(self, data: bytes) -> tuple[bytes, int]:
        """The bytes with ``[redacted]`` for each secret in use, and how many there were."""


def shown_at(source: Source) -> frozenset[Origin]:
    """The origins that may be shown the source's keys: its own, and not in clear over the net.

    An address without TLS counts only where the source says that it is in the own network, or
    where it is an onion service, which encrypts by itself.
    """
    found = (normal(url) for url in (*source.start, *source.mirrors))
    return frozenset(
        origin(url)
        for url in found
        if url.startswith("https:") or source.allow_private or is_onion(place(url)[0])
    )


def origin(url: str) -> Origin:
    """Scheme, host and port of a normal address."""
    return urlsplit(url).scheme, place(url)


def redacted(access: Access, text: str) -> tuple[str, int]:
    """The text without the secrets in use; what is no proper Unicode in it is kept."""
    found, number = access.redact(text.encode("utf-8", "surrogatepass"))
    return (found.decode("utf-8", "surrogatepass"), number) if number else (text, 0)


def without_secrets(access: Access, error: SpoorError) -> SpoorError:
    """The same error without secrets, nor what caused it where that repeats one."""
    said, remedy = redacted(access, error.message)[0], error.remedy
    error.message = said
    error.args = (said,)
    error.remedy = None if remedy is None else redacted(access, remedy)[0]
    chain: list[BaseException] = []
    below = error.__cause__ or error.__context__
    while below is not None and below not in chain:
        chain.append(below)
        below = below.__cause__ or below.__context__
    if any(redacted(access, f"{one} {one!r}")[1] for one in chain):
        error.__cause__ = error.__context__ = None
    return error
