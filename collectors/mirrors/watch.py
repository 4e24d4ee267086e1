"""What a collector asks of a page before it believes it: is it the site, is its list signed."""

from __future__ import annotations

from collectors.mirrors.book import CURSOR, Mirrors
from collectors.mirrors.clones import clone_signs, is_list, looks_like
from collectors.mirrors.lists import MirrorListReading, market_key, read_mirror_list
from config.sources import Source
from model.clock import Clock, system_clock
from model.errors import Stop
from vault.vault import Vault

_REMEDY = (
    "compare address and key with what other places publish; correct the source file, or leave "
    "that address out"
)


class Watch:
    """The watch over one source in one run. Its methods belong inside the vault's batch.

    ConfigurationError where the source names a key that is not there, or is another.
    """

    def __init__(
        self,
        vault: Vault,
        source: Source,
        mirrors: Mirrors,
        *,
        mandate: str | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._vault = vault
        self._source = source
        self._mirrors = mirrors
        self._mandate = mandate
        self._clock = clock
        self._key = market_key(source)

    @property
    def list_url(self) -> str:
        """Where the signed list stands, as an address of the first place; empty without one."""
        wanted = self._source.mirror_list
        return "" if wanted is None else self._mirrors.canonical(wanted.url)

    def page(
        self,
        url: str,
        payload: bytes,
        *,
        content_type: str = "",
        by_users: bool = False,
        signature: bytes = b"",
    ) -> MirrorListReading | None:
        """Look at a page that was sealed, where it really was; Stop (``clone``) where it is none
        of the site's. The site's own list is read and taken on the way, and given back.

        ``by_users`` says that a listing, profile or post was read from it.
        """
        reading = None
        if self._key is not None and is_list(self._source, url):
            reading = self.read_list(payload, served_from=url, signature=signature)
        elsewhere = not self._mirrors.belongs(url)
        signs = clone_signs(
            self._source,
            self._mirrors,
            url,
            payload,
            recognised=elsewhere
            and looks_like(self._source, payload, url=url, content_type=content_type),
            by_users=by_users,
            reading=reading,
            key=self._key,
        )
        if signs:
            raise Stop("; ".join(signs), reason="clone", remedy=_REMEDY)
        return reading

    def read_list(
        self, payload: bytes, *, served_from: str, signature: bytes = b""
    ) -> MirrorListReading:
        """Check a list, let its addresses count where it is believed, log the decision.

        A list that imitates, by where it was served from, is logged and not taken.
        """
        accepted = self._mirrors.accepted
        reading = read_mirror_list(
            payload,
            self._source,
            now=self._clock(),
            last="" if accepted is None else accepted.signed_at,
            signature=signature,
            key=self._key,
        )
        signs: tuple[str, ...] = ()
        if "://" in served_from:
            signs = clone_signs(self._source, self._mirrors, served_from, reading=reading)
        added = () if signs else self._mirrors.take(reading, served_from=served_from)
        details = {**reading.details(), "from": served_from, "added": list(added)}
        details["clone_signs"] = list(signs)
        self._vault.record("mirror list read", self._source.name, details, self._mandate)
        self._vault.keep_cursor(self._source.name, CURSOR, self._mirrors.state())
        return reading
