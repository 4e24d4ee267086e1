"""Signs that a page is an imitation of the site: said in sentences, decided by a person."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from collectors import html
from collectors.engines import layout
from collectors.mirrors.book import Mirrors
from collectors.mirrors.lists import MirrorListReading
from collectors.openpgp import PublicKey, keys_on_page
from config.sources import Source
from model.errors import Skip


def looks_like(source: Source, payload: bytes, *, url: str = "", content_type: str = "") -> bool:
    """Whether a page has a sign of ``recognise``: it shows itself as this site.

    It parses the page, so ask only for one at an address that is not the site's.
    """
    try:
        tree = html.parse(payload, content_type)
    except Skip:
        return False
    return layout.recognises(source, tree, url)


def clone_signs(
    source: Source,
    mirrors: Mirrors,
    url: str,
    payload: bytes = b"",
    *,
    recognised: bool = False,
    by_users: bool = False,
    reading: MirrorListReading | None = None,
    key: PublicKey | None = None,
) -> tuple[str, ...]:
    """Sentences on what tells a page from the site's own; empty where nothing does.

    ``url`` is where the page really was. ``recognised`` says that it shows itself as the site
    (:func:`looks_like`), ``reading`` is what its signed list says, ``key`` the source's key
    (:func:`~collectors.mirrors.lists.market_key`). ``by_users`` says that the site's users wrote
    on the page (a listing, profile or post was read): keys shown there are theirs.
    """
    return (
        *_elsewhere(source, mirrors, url, recognised=recognised, reading=reading),
        *_unnamed(url, reading),
        *_by_another(source, url, reading),
        *(() if by_users or key is None else _other_keys(source, url, payload, key)),
    )


def _elsewhere(
    source: Source,
    mirrors: Mirrors,
    url: str,
    *,
    recognised: bool,
    reading: MirrorListReading | None,
) -> Iterator[str]:
    if mirrors.belongs(url):
        return
    if recognised:
        yield (
            f"{url} shows itself as {source.title or source.name}, but that address is neither in "
            "the source file nor in a list signed by the site"
        )
    if reading is not None and reading.accepted:
        yield f"{url} shows the site's signed list of mirrors, but is no known address of it"


def _unnamed(url: str, reading: MirrorListReading | None) -> Iterator[str]:
    """The list is the site's own, but does not know the host that served it."""
    host = (urlsplit(url).hostname or "").lower()
    if reading is not None and reading.accepted and host not in reading.hosts:
        yield f"the mirror list that {url} shows is signed by the site, but does not name {host}"


def _by_another(source: Source, url: str, reading: MirrorListReading | None) -> Iterator[str]:
    """What stands at the list's own address is signed, but not by the site."""
    if reading is not None and reading.signed_by and is_list(source, url):
        yield (
            f"the mirror list at {url} is signed by another key, {reading.signed_by}, than the "
            f"source file names, {reading.fingerprint}"
        )


def _other_keys(source: Source, url: str, payload: bytes, key: PublicKey) -> Iterator[str]:
    """Keys on the page that bear the site's name, or stand where its list should, but are others.

    A key under its own name proves nothing: any page may show the keys of other people.
    """
    own = {_name(name) for name in key.names} - {""}
    for shown in keys_on_page(payload):
        if shown.fingerprint == key.fingerprint:
            continue
        same = sorted(own & {_name(name) for name in shown.names})
        if same or is_list(source, url):
            whose = f"in the name of '{same[0]}'" if same else "where its signed list should be"
            yield (
                f"{url} shows key {shown.fingerprint} {whose}, but the source file names "
                f"{key.fingerprint}"
            )


def is_list(source: Source, url: str) -> bool:
    """Whether this is where the site's signed list stands, whatever the host."""
    wanted = source.mirror_list
    return wanted is not None and urlsplit(wanted.url).path == urlsplit(url).path


def _name(user_id: str) -> str:
    """The name of a user id without its mail address, in small letters."""
    return " ".join(user_id.partition("<")[0].casefold().split())
