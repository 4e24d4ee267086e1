"""What statements of every kind are made of: who says it, what is mentioned, what is one's own.

``USES`` is stated only where the account itself gives an identifier as its own. A person may end
up in a file for it, so escrow addresses, links to markets, words about others and what somebody
only passes on never make one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from enrich.contacts.telegram import is_invitation
from enrich.reading import Reading
from model import identity
from model.canonical import Json
from model.evidence import Document
from model.facts import Grades, Observation, Statement
from model.identity import IDENTIFIER_LABELS, Entity
from model.native_ids import names_itself

VERSION = "statements/3"
MAX_TEXT = 2000
"""Characters of a text that go into a description; the whole stays in the vault."""

OWN_CONTEXTS = frozenset({"contact", "payment"})
ACCOUNT_KINDS = frozenset({"profile"})
OWN_CONFIDENCE = 0.6
"""A reading less sure than this is mentioned, never stated as the account's own."""

FORWARDED = "forwarded"
"""The context of identifiers in what somebody passes on: they are the author's, not theirs."""

_FOLDED_SERVICES = frozenset({"threema", "session", "tox"})
_MASK = "*•…"
_NUMBERED = frozenset({"whatsapp", "signal", "viber"})
_NUMBER = re.compile(r"\+[0-9][0-9 ().\u00a0\u2011-]{5,24}[0-9]")
_TELEGRAM = re.compile(r"https?://t\.me/([A-Za-z][A-Za-z0-9_]{3,31})/?")
_MATRIX = re.compile(r"@[0-9a-z._=/+-]{1,200}:[0-9A-Za-z.:-]{1,200}")


@dataclass(frozen=True, slots=True)
class Marking:
    """How statements of one source are graded and marked."""

    grades: Grades = field(default_factory=Grades)
    tlp: str = "AMBER"


def identity_value(kind: str, value: str) -> str:
    """The spelling under which two mentions of an identifier are one.

    Mail and user names do not tell capitals apart in practice; ``www.`` is no other site.
    Ethereum's capitals are a checksum. Other wallets, keys and numbers have one spelling only.
    """
    if kind in {"email", "payment_handle"}:
        return value.casefold()
    if kind == "messenger":
        if is_invitation(value):
            return value
        service, _, handle = value.partition(":")
        folded = handle.upper() if service in _FOLDED_SERVICES else handle.casefold()
        return f"{service}:{folded}"
    if kind == "wallet" and value.startswith("eth:"):
        return value.casefold()
    return value.removeprefix("www.") if kind == "domain" else value


@dataclass(frozen=True, slots=True)
class Writer:
    """Makes statements that all rest on one document."""

    document: Document
    marking: Marking

    def say(
        self,
        subject: Entity,
        predicate: str,
        target: Entity | None,
        attributes: Mapping[str, Json],
        *,
        rule: str = "",
        confidence: float = 1.0,
    ) -> Statement:
        document = self.document
        return Statement(
            subject=subject,
            predicate=predicate,
            object=target,
            attributes=attributes,
            capture_sha256=document.capture_sha256,
            source=document.source,
            document=document.uid,
            rule=rule or f"{VERSION}:{document.kind}",
            first_seen=document.seen_at,
            last_seen=document.seen_at,
            confidence=confidence,
            grades=self.marking.grades,
            tlp=self.marking.tlp,
        )


def account_of(document: Document) -> Entity | None:
    """The account behind a document; None where none is shown, or only a masked name."""
    handle = document.handle or document.fields.get("handle") or ""
    if document.kind in ACCOUNT_KINDS and not handle:
        handle = document.native_id
    masked = any(mark in handle for mark in _MASK)
    return identity.account(document.platform, handle) if handle.strip() and not masked else None


def is_passed_on(document: Document) -> bool:
    """Whether somebody else wrote it: forwarded, boosted, shared."""
    return bool(document.extra.get("forwarded_from"))


def description(document: Document) -> dict[str, Json]:
    """What every listing and post is described by."""
    fields = document.fields
    return {
        "platform": document.platform,
        "native_id": document.native_id,
        "kind": document.kind,
        "title": fields.get("title", ""),
        "text": fields.get("text", "")[:MAX_TEXT],
        "url": fields.get("url", ""),
        "posted_at": fields.get("posted_at") or None,
        "language": fields.get("language") or None,
    }


def captured(subject: Entity, writer: Writer) -> Statement:
    document = writer.document
    target = identity.capture(document.capture_sha256, document.source)
    return writer.say(subject, "CAPTURED_IN", target, {"locator": document.locator})


def mentions(subject: Entity, reading: Reading, writer: Writer) -> Iterator[Statement]:
    """Every identifier at every place it stands."""
    passed_on = FORWARDED if is_passed_on(writer.document) else ""
    for one in reading.observations:
        if one.kind not in IDENTIFIER_LABELS:
            continue
        value = identity_value(one.kind, one.value)
        attributes = {
            "kind": one.kind,
            "value": value,
            "field": one.field,
            "start": one.start,
            "end": one.end,
            "text": one.text[:MAX_TEXT],
            "context": passed_on or one.attributes.get("context", "unknown"),
        }
        target = identity.identifier(one.kind, value)
        yield writer.say(
            subject, "MENTIONS", target, attributes, rule=one.rule, confidence=one.confidence
        )


def owned(account: Entity, reading: Reading, writer: Writer) -> Iterator[Statement]:
    """``USES`` and ``KNOWN_AS``: what the account gives as its own, once for each thing.

    An identifier that also stands in an escrow or boilerplate role in the same document is
    nobody's own; neither is the site the document itself comes from.
    """
    disowned = {
        (one.kind, identity_value(one.kind, one.value))
        for one in reading.observations
        if one.attributes.get("context") in {"escrow", "boilerplate"}
    }
    disowned |= {(kind, _host(writer.document)) for kind in ("domain", "onion")}
    best: dict[tuple[str, str], Observation] = {}
    for one in reading.observations:
        key = (one.kind, identity_value(one.kind, one.value))
        if _is_own(one) and key not in disowned:
            known = best.get(key)
            best[key] = one if known is None or one.confidence > known.confidence else known
    yield from _reached_there(account, writer)
    yield from _named_there(account, writer)
    for (kind, value), one in sorted(best.items()):
        if kind == "alias":
            target, predicate = identity.alias(value), "KNOWN_AS"
            attributes: dict[str, Json] = {"name": one.value}
        else:
            target, predicate = identity.identifier(kind, value), "USES"
            attributes = {"context": one.attributes.get("context"), "kind": kind, "value": value}
        yield writer.say(
            account, predicate, target, attributes, rule=one.rule, confidence=one.confidence
        )


def _reached_there(account: Entity, writer: Writer) -> Iterator[Statement]:
    """An account on a messenger is itself what others write down to reach it by."""
    for kind, value in _handles(writer.document):
        attributes: dict[str, Json] = {"context": "contact", "kind": kind, "value": value}
        target = identity.identifier(kind, value)
        yield writer.say(account, "USES", target, attributes, rule=f"{VERSION}:own handle")


def _named_there(account: Entity, writer: Writer) -> Iterator[Statement]:
    """The name a profile shows beside its handle, and the handle without the host it hangs on."""
    document = writer.document
    if document.kind not in ACCOUNT_KINDS:
        return
    handle, shown = document.handle or "", document.fields.get("title", "").strip()
    local = handle.removeprefix("@").partition("@")[0]
    if document.platform.casefold() == "bluesky":
        local = handle.partition(".")[0]
    for name in dict.fromkeys((shown[:100], local)):
        if name and identity.fold_handle(name) != identity.fold_handle(handle):
            rule = f"{VERSION}:name shown"
            yield writer.say(account, "KNOWN_AS", identity.alias(name), {"name": name}, rule=rule)


def _handles(document: Document) -> Iterator[tuple[str, str]]:
    """Identifiers that the account's own handle is, in the spelling in which they are read.

    Names as shown are no handles: at Telegram only what its own address says counts.
    """
    platform, handle = document.platform.casefold(), (document.handle or "").strip()
    if platform in _NUMBERED and (digits := _NUMBER.fullmatch(handle)):
        number = "+" + re.sub(r"[^0-9]", "", digits.group())
        yield "phone", number
        yield "messenger", identity_value("messenger", f"{platform}:{number}")
    elif platform == "telegram":
        found = _TELEGRAM.fullmatch(document.fields.get("seller_url", ""))
        if found and found.group(1).casefold() == handle.removeprefix("@").casefold():
            yield "messenger", identity_value("messenger", f"telegram:{found.group(1)}")
    elif platform == "matrix" and _MATRIX.fullmatch(handle):
        yield "messenger", identity_value("messenger", f"matrix:{handle.removeprefix('@')}")


def _host(document: Document) -> str:
    """The host a document was found at, without subdomains of a hidden service."""
    address = document.fields.get("url", "")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    if host.endswith(".onion"):
        return ".".join(host.split(".")[-2:])
    return host.removeprefix("www.")


def _is_own(one: Observation) -> bool:
    """Whether a document by the account gives this as the account's own."""
    if one.kind == "alias":
        return True
    known = one.kind in IDENTIFIER_LABELS and one.confidence >= OWN_CONFIDENCE
    return known and one.attributes.get("context") in OWN_CONTEXTS


def account_description(document: Document, *, profile: bool) -> dict[str, Json]:
    """What a document tells of its account; a profile tells more."""
    fields = document.fields
    seller = document.handle or fields.get("handle") or document.native_id
    description: dict[str, Json] = {
        "platform": document.platform,
        "handle": " ".join(seller.split()),
        "url": (fields.get("url") if profile else fields.get("seller_url")) or None,
        "native_id": _native_id(document, seller, profile=profile),
    }
    if profile:
        description["text"] = fields.get("text", "")[:MAX_TEXT]
        description |= {name: fields[name] for name in ("rating", "sales") if fields.get(name)}
    return description


def member_description(platform: str, handle: str, given: Json) -> dict[str, Json]:
    """What a list of members tells of one of them; ``given`` is the id as the list has it."""
    called, told = " ".join(handle.split()), given.strip() if isinstance(given, str) else ""
    itself = called if names_itself(platform, called) else None
    return {"platform": platform, "handle": called, "native_id": told[:MAX_TEXT] or itself}


def _native_id(document: Document, handle: str, *, profile: bool) -> str | None:
    """The id that the platform itself gives the account, also where the account is called by it.

    What only stands in for an id (a profile's handle or address) is none.
    """
    told = document.fields.get("seller_id", "").strip()
    if not told and profile:
        stand_ins = {handle, *(document.fields.get(name) for name in ("url", "seller_url"))}
        told = "" if document.native_id in stand_ins else document.native_id.strip()
    return told or (handle.strip() if names_itself(document.platform, handle.strip()) else None)
