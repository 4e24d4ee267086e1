"""Lists of a site's addresses, signed by the site's own key: what is inside counts, or nothing.

A signature proves who wrote a text, not what the text is for. A market also signs warnings that
name the addresses of its imitators, so only addresses that stand in a list are taken, and none
under words of warning. What is left out is told; a person may add it to the source file.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from collectors.mirrors.addresses import Address, address, first_place
from collectors.openpgp import (
    MAX_BYTES,
    BadSignature,
    PublicKey,
    Signed,
    blocks,
    load_key,
    verify,
)
from collectors.tor import is_onion
from config.sources import Source
from model.canonical import Json
from model.clock import iso
from model.errors import ConfigurationError

MAX_ADDRESSES = 64
_OLD_DAYS = 180
_PROSE_WORDS = 6
_SHOWN = 100

_WRITTEN = re.compile(
    r"(?i)https?://[^\s<>\"']{1,300}|(?<![\w.@/-])(?:[a-z2-7]{16}|[a-z2-7]{56})\.onion\b[^\s<>\"']{0,200}"
)
_WARNING = re.compile(
    r"phish|fake|scam|clone|impost|fraud|seized|compromis|hijack|beware|warning|avoid|never"
    r"|no longer|not (?:ours?|us|use|visit|trust)\b|n[’']t "
    r"|\b(?:old|former|retired|expired|revoked)\b"
    r"|фишинг|поддел|мошенн|взлом|falsch|gefälscht|betrug|\bfaux\b|\bfals[oa]s?\b|estafa"
    r"|钓鱼|假冒|诈骗",
    re.I,
)


@dataclass(frozen=True, slots=True)
class MirrorListReading:
    """What a signed list says: its addresses, or why none of them is taken.

    ``refused`` is that reason, empty where the list was accepted. ``problems`` are sentences on
    all that was not taken at its word, the refusal first. ``hosts`` are all hosts that the signed
    text names, also those not taken. ``sha256`` is over the page as received. ``signed_by`` is
    another key than the site's that the list says it is signed by.
    """

    addresses: tuple[str, ...]
    signed_at: str
    fingerprint: str
    problems: tuple[str, ...]
    sha256: str
    refused: str = ""
    hosts: tuple[str, ...] = ()
    signed_by: str = ""

    @property
    def accepted(self) -> bool:
        return bool(self.addresses) and not self.refused

    def details(self) -> dict[str, Json]:
        """What the custody log keeps of the decision."""
        return {**asdict(self), "accepted": self.accepted}


def market_key(source: Source) -> PublicKey | None:
    """The key that the source's list has to be signed by; None where the source names none.

    ConfigurationError where its file is missing, or holds another key than stated.
    """
    wanted = source.mirror_list
    if wanted is None:
        return None
    folder = source.folder
    if folder is None and not Path(wanted.key).is_absolute():
        raise ConfigurationError(
            f"{source.place('mirror_list', 'key')}: {wanted.key} stands beside no source file"
        )
    path = Path(wanted.key) if folder is None else folder / wanted.key
    return load_key(path, wanted.fingerprint)


def read_mirror_list(
    payload: bytes,
    source: Source,
    *,
    now: datetime,
    last: str = "",
    signature: bytes = b"",
    key: PublicKey | None = None,
) -> MirrorListReading:
    """Check and read a list as it was received, alone or within a page.

    ``last`` is ``signed_at`` of the list accepted before: an older one is refused as replayed.
    ``signature`` is a detached one that stood elsewhere. ``key`` is :func:`market_key` if not
    given. Never raises for what was received, only for the source file's own mistakes.
    """
    key = key or market_key(source)
    if key is None:
        raise ConfigurationError(f"{source.place('mirror_list')}: the source names no signed list")
    sha256 = hashlib.sha256(payload).hexdigest()
    try:
        signed, problems = _the_signed(payload, signature, key, now)
        _check_order(signed, last)
    except BadSignature as error:
        refused = f"the mirror list is not believed: {error}"
        return MirrorListReading(
            (), "", key.fingerprint, (refused,), sha256, refused, signed_by=error.signer
        )
    found, doubts = _entries(signed.text, source)
    problems += doubts
    if (days := (now - signed.signed_at).days) > _OLD_DAYS:
        problems.append(f"the list was signed {days} days ago")
    refused = "" if found else "the mirror list is not believed: it lists no address to take"
    return MirrorListReading(
        tuple(found),
        iso(signed.signed_at),
        key.fingerprint,
        tuple(filter(None, (refused, *problems, *_outside(payload, signed)))),
        sha256,
        refused,
        tuple(sorted(_hosts(signed.text))),
    )


def _the_signed(
    payload: bytes, signature: bytes, key: PublicKey, now: datetime
) -> tuple[Signed, list[str]]:
    """The one signed part that names addresses, and what is to be said of the others."""
    if len(payload) > MAX_BYTES:
        raise BadSignature(f"larger than {MAX_BYTES:,} bytes")
    good: list[Signed] = []
    bad: list[BadSignature] = []
    for block in blocks(payload, signature):
        try:
            good.append(verify(block, key, now))
        except BadSignature as error:
            bad.append(error)
    if not good:
        raise bad[0] if bad else BadSignature("nothing on the page is signed")
    with_addresses = [one for one in good if _hosts(one.text)] or good[:1]
    if len({one.text for one in with_addresses}) > 1:
        raise BadSignature(f"{len(with_addresses)} signed texts name addresses: which one counts?")
    return with_addresses[0], [f"a part of the page is not believed: {each}" for each in bad]


def _check_order(signed: Signed, last: str) -> None:
    if last and datetime.fromisoformat(last) > signed.signed_at:
        raise BadSignature(
            f"signed on {iso(signed.signed_at)}, older than the one of {last} accepted before: "
            "an old list played again"
        )


def _entries(text: str, source: Source) -> tuple[list[str], list[str]]:
    """The addresses that stand in the text as a list, and a sentence on each that is left out."""
    found: dict[str, None] = {}
    doubts: list[str] = []
    heading = ""
    for line in text.splitlines():
        written = [each.group() for each in _WRITTEN.finditer(line)]
        rest = _WRITTEN.sub(" ", line)
        if not written:
            heading = line if line.strip() else heading
            continue
        for each in written:
            try:
                one = _entry(each, rest, heading, source)
            except ValueError as error:
                doubts.append(f"{each[:_SHOWN]} is not taken: {error}")
            else:
                found[one.url] = None
    if len(found) > MAX_ADDRESSES:
        doubts.append(f"{len(found)} addresses, of which the first {MAX_ADDRESSES} are taken")
    return list(found)[:MAX_ADDRESSES], doubts


def _entry(written: str, rest: str, heading: str, source: Source) -> Address:
    """One written address as an address of the site; ValueError says why it is not taken."""
    one = address(_spelt(written))
    for where, words in (("beside it", rest), ("above it", heading)):
        if warning := _WARNING.search(words):
            raise ValueError(f"“{warning.group().strip()}” stands {where}")
    if len(re.findall(r"\w+", rest)) > _PROSE_WORDS:
        raise ValueError("it stands in running text, not in a list")
    if source.route != "tor" and is_onion(one.host):
        raise ValueError("an onion address, and the source's route is not tor")
    if not source.allow_private and _is_private(one.host):
        raise ValueError("a private address, which a public site has no business to name")
    if one.root not in ("/", *(address(url).root for url in source.start)):
        raise ValueError("it leads to a page, not to the top of a site")
    return Address(one.scheme, one.host, one.port)


def _spelt(written: str) -> str:
    """An address out of a text: without the full stop after it, with the scheme left out."""
    written = written.rstrip(".,;:!?)]}>*_")
    return written if "://" in written else f"http://{written}"


def _hosts(text: str) -> set[str]:
    found = set()
    for each in _WRITTEN.finditer(text):
        try:
            found.add(first_place(_spelt(each.group())).host)
        except ValueError:
            continue
    return found


def _outside(payload: bytes, signed: Signed) -> Iterator[str]:
    """A sentence on hosts that the page names and the signed text does not."""
    page = payload.decode("utf-8", "replace")
    if others := sorted(_onions(page) - _onions(signed.text)):
        shown = ", ".join(others[:3])
        yield f"{len(others)} onion addresses stand outside the signed text, not taken: {shown}"


def _onions(text: str) -> set[str]:
    return {host for host in _hosts(text) if is_onion(host)}


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))
