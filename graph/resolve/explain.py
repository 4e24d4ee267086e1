"""Says in plain sentences why two accounts were joined, kept apart, or left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.findings import Match, Reason

KIND_NAMES = {
    "pgp_key": "PGP key",
    "wallet": "wallet",
    "bank_account": "bank account",
    "email": "e-mail address",
    "phone": "telephone number",
    "messenger": "messenger",
    "payment_handle": "payment handle",
    "onion": "onion address",
    "domain": "domain",
    "alias": "name",
    "native_id": "account id",
}
"""Kind of identifier → how a person calls it."""

_VERDICTS = {
    "merge": "are taken to be the same seller",
    "review": "may be the same seller; a person has to decide",
    "apart": "are kept apart",
}
_SIDE_REASONS = frozenset({"judgement", "bridge", "copycat", "crowded", "differs", "handed_on"})


def explain(match: Match, names: Mapping[str, str] | None = None) -> str:
    """One paragraph on a match: the verdict, what is shared and by whom, what speaks against.

    ``names`` maps account uids to ``platform:handle`` for the first sentence; the accounts
    behind each reason are named in any case.
    """
    called = names or {}
    both = [called[one] for one in (match.left, match.right) if one in called]
    shared = [one for one in match.reasons if one.kind not in _SIDE_REASONS]
    who = " and ".join(both) if len(both) == 2 else "The two accounts"
    sentences = [f"{who} {_VERDICTS[match.verdict]}."]
    sentences.extend(_capital(one.note) + "." for one in match.reasons if _is_told(one))
    sentences.extend(f"Both show the {describe(one)}, {one.note}." for one in shared)
    if differing := [one.value for one in match.reasons if one.kind == "differs"]:
        sentences.append(f"Against it: different {_listed(differing)}.")
    if match.verdict == "review" and len(shared) == 1 and not _has_warning(match):
        sentences.append("One piece of evidence of this kind alone is not enough.")
    return " ".join(sentences)


def describe(reason: Reason) -> str:
    """What is shared, for a person: ``PGP key 0123 4567 89AB …``, ``telegram name``."""
    name = KIND_NAMES.get(reason.kind, reason.kind)
    if reason.kind in {"messenger", "payment_handle"}:
        service, _, handle = reason.value.partition(":")
        return f"{service} contact {handle}"
    return f"{name} {reason.value}"


def _is_told(reason: Reason) -> bool:
    return reason.kind in _SIDE_REASONS and reason.kind != "differs"


def _has_warning(match: Match) -> bool:
    return any(one.kind in {"bridge", "crowded", "handed_on"} for one in match.reasons)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(kinds: Sequence[str]) -> str:
    named = [KIND_NAMES.get(kind, kind) + "s" for kind in kinds]
    return " and ".join(named).replace("address" + "s", "addresses")
