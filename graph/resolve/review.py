"""What waits for a person, and how a person's verdict gets in."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from graph.resolve.judgements import ordered
from graph.resolve.ports import Records
from graph.resolve.run import KIND, match_of
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError
from model.findings import Judgement, Match
from model.identity import account as account_entity

Verdict = Literal["same", "different", "unsure"]


def review_queue(vault: Records) -> list[Match]:
    """Proposed matches of the latest run, the most valuable first.

    Value is the score: what is nearly certain saves most work. Pairs on which somebody was
    unsure come last.
    """
    matches = (match_of(payload) for _, _, payload in vault.findings(KIND, "match"))
    return sorted((one for one in matches if one.verdict == "review"), key=_value)


def handed_on(vault: Records) -> list[str]:
    """Handles that were shown with several account ids in the latest run: which, and when."""
    return sorted(str(payload["told"]) for _, _, payload in vault.findings(KIND, "handed_on"))


def _value(match: Match) -> tuple[bool, float, str, str]:
    seen = any(reason.kind == "judgement" for reason in match.reasons)
    return seen, -match.score, match.left, match.right


def known_accounts(vault: Records) -> dict[str, str]:
    """Account uid → ``platform:handle`` of every account of the latest run."""
    return {
        account: name
        for _, _, payload in vault.findings(KIND, "actor")
        for account, name in zip(payload["accounts"], payload["handles"], strict=True)
    }


def judge(  # noqa: PLR0917 - the words of the command, in its order
    vault: Records,
    a: str,
    b: str,
    verdict: Verdict,
    why: str,
    by: str,
    *,
    clock: Clock = system_clock,
) -> Judgement:
    """Record a person's verdict on two accounts, given as uids or ``platform:handle``.

    ConfigurationError for unknown accounts, an unknown verdict, or no reason given.
    """
    if verdict not in get_args(Verdict):
        raise ConfigurationError(f"verdict {verdict!r}", remedy="say same, different or unsure")
    if not why.strip() or not by.strip():
        raise ConfigurationError("a judgement needs a reason and a name", remedy="--why TEXT")
    known = known_accounts(vault)
    left, right = ordered(find_account(known, a), find_account(known, b))
    if left == right:
        raise ConfigurationError(f"{a} and {b} are one account", remedy="name two accounts")
    judgement = Judgement(left, right, verdict, by.strip(), iso(clock()), why.strip())
    vault.add_judgement(judgement)
    return judgement


def find_account(known: Mapping[str, str], given: str) -> str:
    """The uid of an account given as uid or ``platform:handle``, written in any case."""
    if given in known:
        return given
    platform, colon, handle = given.strip().partition(":")
    if colon and (uid := account_entity(platform, handle).uid) in known:
        return uid
    raise ConfigurationError(f"no account {given!r}", remedy=_near(given, known.values()))


def _near(given: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(given.casefold(), sorted(names), n=3, cutoff=0.5)
    if near:
        return "did you mean " + " or ".join(near) + "?"
    return "name it as platform:handle; 'spoor export accounts' lists all"
