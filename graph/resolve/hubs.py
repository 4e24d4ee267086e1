"""The hub rule: which shared things link nobody, which link actors only, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from config.resolution import ResolutionRules
from graph.resolve.evidence import Evidence, Linkable


@dataclass(frozen=True, slots=True)
class Standing:
    """What a shared thing may do: ``links`` between actors, ``merges`` accounts; and why not."""

    links: bool
    merges: bool
    why: str = ""


FREE = Standing(links=True, merges=True)


def standing(thing: Linkable, evidence: Evidence, rules: ResolutionRules) -> Standing:
    """Whether a thing may link actors or merge accounts, with the reason where it may not."""
    if why := _barred(thing, rules) or _hub(thing, evidence, rules):
        return Standing(links=False, merges=False, why=why)
    if why := _shared_place(thing, evidence, rules):
        return Standing(links=True, merges=False, why=why)
    return FREE


def standings(evidence: Evidence, rules: ResolutionRules) -> Mapping[tuple[str, str], Standing]:
    """The standing of every thing that more than one account shows."""
    return {
        key: standing(thing, evidence, rules)
        for key, thing in evidence.linkables.items()
        if len(thing.uses) + len(thing.mentions) + len(thing.barred) > 1
    }


def _barred(thing: Linkable, rules: ResolutionRules) -> str:
    """Why the context in which it stands bars it: the market's, not the seller's."""
    if not thing.barred:
        return ""
    contexts = " and ".join(sorted(set(thing.barred.values())))
    if "escrow" in thing.barred.values() and thing.rule_kind in rules.barred_at_once:
        return f"stands in an {contexts} context"
    if len(thing.barred) >= len(thing.uses):
        return f"stands in {contexts} context with {len(thing.barred)} accounts"
    return ""


def _hub(thing: Linkable, evidence: Evidence, rules: ResolutionRules) -> str:
    """Why it is a hub: too many accounts, or the common property of one platform."""
    everyone = thing.everyone
    cap = rules.kinds[thing.rule_kind].links_up_to
    if len(everyone) > cap:
        return f"shown by {len(everyone)} accounts, more than {cap}"
    for platform, number in sorted(_by_platform(everyone, evidence).items()):
        if number > rules.hub.same_platform:
            return f"shown by {number} accounts of {platform}"
        why = _common(thing, platform, number, evidence, rules)
        if why and number >= rules.hub.platform_confined * len(everyone):
            return why
    return ""


def _shared_place(thing: Linkable, evidence: Evidence, rules: ResolutionRules) -> str:
    """Why it links but merges nobody: several sellers of one platform show it."""
    strong = rules.kinds[thing.rule_kind].merges == "alone"
    for platform, number in sorted(_by_platform(thing.everyone, evidence).items()):
        if why := _common(thing, platform, number, evidence, rules):
            return why
        if strong and number > rules.hub.same_platform_strong:
            return f"shown by {number} accounts of {platform}, perhaps the platform's own"
    return ""


def _common(
    thing: Linkable, platform: str, number: int, evidence: Evidence, rules: ResolutionRules
) -> str:
    """Why ``number`` accounts are so many of a platform that it may be the platform's own."""
    most = rules.kinds[thing.rule_kind].one_platform_up_to
    if most is not None and number > most:
        return f"shown by {number} accounts of {platform}, perhaps the platform's own"
    size = evidence.platform_sizes[platform]
    if number < rules.hub.platform_share_from or number < rules.hub.platform_share * size:
        return ""
    return f"shown by {number} of {size} accounts of {platform}"


def _by_platform(accounts: set[str], evidence: Evidence) -> Counter[str]:
    return Counter(evidence.platform(account) for account in accounts)
