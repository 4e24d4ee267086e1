"""What posts, comments, messages and groups state: offers are listings, other talk is a Post.

Of talk that offers nothing only what belongs to trade is stated: what names protected wildlife,
asks a price or goes private, or gives a contact. The rest stays in the vault and concerns nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from enrich.reading import Reading
from enrich.stating import (
    MAX_TEXT,
    Writer,
    account_description,
    account_of,
    captured,
    description,
    is_passed_on,
    member_description,
    mentions,
    owned,
)
from model import identity
from model.canonical import Json
from model.evidence import Document
from model.facts import Statement
from model.identity import IDENTIFIER_LABELS, Entity

MAX_MEMBERS = 10_000
_OFFERS = frozenset({"offer", "wanted"})
_NAMED_BY_HANDLE = frozenset({"bluesky", "reddit", "vk"})
"""Platforms whose word on where something was taken from names the account by its handle."""

_OTHER_WORDS = {"creator": "owner", "administrator": "admin", "mod": "moderator"}
_ROLES = frozenset({"owner", "admin", "moderator", "member"})


def makes_offer(reading: Reading) -> bool:
    """Whether talk offers or wants something that concerns wildlife: then it is a listing."""
    return reading.relevance.label in _OFFERS


def of_talk(document: Document, reading: Reading, writer: Writer) -> Iterator[Statement]:
    """A Post and who wrote it, where it belongs to trade; nothing else."""
    if not _belongs_to_trade(reading):
        return
    post = identity.post(document.platform, document.native_id)
    yield writer.say(post, "DESCRIBED_AS", None, _post_description(document, reading))
    yield captured(post, writer)
    yield from mentions(post, reading, writer)
    yield from placed(post, writer)
    account = account_of(document)
    if account is None:
        return
    yield writer.say(account, "WROTE", post, {"says": list(reading.moves)})
    yield captured(account, writer)
    yield writer.say(account, "DESCRIBED_AS", None, account_description(document, profile=False))
    if not is_passed_on(document):
        yield from owned(account, reading, writer)


def placed(subject: Entity, writer: Writer) -> Iterator[Statement]:
    """The thread and the group in which a listing or post stands, and where it was taken from."""
    document = writer.document
    if thread := _thread(document):
        target = identity.thread(document.platform, thread)
        yield writer.say(subject, "IN_THREAD", target, {"reply_to": _text(document, "reply_to")})
    if group := _text(document, "group"):
        yield writer.say(subject, "IN_GROUP", identity.group(document.platform, group), {})
    if (origin := _origin(document)) is not None:
        author, told = origin
        if author.label == "Account":
            known = {"platform": document.platform, "handle": author.key[1]}
            yield writer.say(author, "DESCRIBED_AS", None, known)
        yield writer.say(subject, "FORWARDED_FROM", author, told)


def of_group(document: Document, reading: Reading, writer: Writer) -> Iterator[Statement]:
    """A group or channel, what it says of itself, and its members where they are shown."""
    if not document.native_id:
        return
    group = identity.group(document.platform, document.native_id)
    fields = document.fields
    description = {
        "platform": document.platform,
        "native_id": document.native_id,
        "title": fields.get("title", ""),
        "text": fields.get("text", "")[:MAX_TEXT],
        "url": fields.get("url") or None,
    }
    yield writer.say(group, "DESCRIBED_AS", None, description)
    yield captured(group, writer)
    yield from mentions(group, reading, writer)
    for member in _members(document):
        role = str(member.get("role") or "member").casefold()
        role = _OTHER_WORDS.get(role, role)
        handle = member.get("handle") or member.get("id")
        if isinstance(handle, str) and handle.strip():
            account = identity.account(document.platform, handle)
            told = member_description(document.platform, handle, member.get("id"))
            yield writer.say(account, "DESCRIBED_AS", None, told)
            known = {"role": role if role in _ROLES else "member"}
            yield writer.say(account, "MEMBER_IN", group, known)


def _belongs_to_trade(reading: Reading) -> bool:
    told = {one.kind for one in reading.observations}
    wildlife = reading.relevance.label == "mention" and "taxon" in told
    return bool(reading.moves) or wildlife or bool(told & IDENTIFIER_LABELS.keys())


def _post_description(document: Document, reading: Reading) -> dict[str, Json]:
    return {
        **description(document),
        "reply_to": _text(document, "reply_to") or None,
        "says": list(reading.moves),
        "relevance": reading.relevance.label,
    }


def _thread(document: Document) -> str:
    """The native id of the record that the thread began with; its own where it began one."""
    if thread := _text(document, "thread"):
        return thread
    begins = document.kind == "thread" or bool(document.extra.get("replies"))
    return document.native_id if begins else ""


def _origin(document: Document) -> tuple[Entity, dict[str, Json]] | None:
    """Where something passed on was taken from: an account or a group, where it is told which."""
    told = document.extra.get("forwarded_from")
    if not isinstance(told, Mapping):
        return None
    name, known, kind = (str(told.get(key) or "").strip() for key in ("name", "id", "kind"))
    attributes: dict[str, Json] = {"name": name[:200], "url": str(told.get("url") or "")[:500]}
    platform = document.platform
    if platform.casefold() == "telegram":
        kind, known = _of_telegram(known) if known and not kind else (kind, known)
        name = known
    elif platform.casefold() in _NAMED_BY_HANDLE:
        kind = kind or "account"
    if kind == "account" and name:
        return identity.account(platform, name), attributes
    if kind == "group" and known:
        return identity.group(platform, known), attributes
    return None


def _of_telegram(known: str) -> tuple[str, str]:
    """Person or chat of ``user:1``, ``channel:1/17`` and ``name/17``; a name alone is either."""
    chat, message, _ = known.partition("/")
    if chat.startswith("user:"):
        return "account", chat
    return ("group", chat) if message or chat.startswith(("channel:", "chat:")) else ("", chat)


def _members(document: Document) -> Sequence[Mapping[str, Json]]:
    told = document.extra.get("members")
    if not isinstance(told, list | tuple):
        return ()
    return [one for one in told[:MAX_MEMBERS] if isinstance(one, Mapping)]


def _text(document: Document, name: str) -> str:
    found = document.extra.get(name)
    return found.strip() if isinstance(found, str) else ""
