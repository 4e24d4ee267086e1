"""The rules by which a listing goes from state to state; pure, and nothing is asked of anybody.

Only a listing's own address tells that it is gone, and that is believed at the end of the round,
once it is known how the rest of the site fared. While a round lasts such an answer is only noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from collectors.sightings.answers import SUSPECT
from collectors.sightings.compare import PAGE, ROW, changes
from model.canonical import Json
from vault.sightings import GONE, LISTED, REMOVED, Key, Sighting, SightingEvent

NEW, SEEN, CHANGED, BACK = "new", "seen", "changed", "back-again"
NOT_SEEN, PARSE_SUSPECT = "not-seen", "parse-suspect"
SOURCE_DOWN, SOURCE_UP = "source-down", "source-up"

STATES = (NEW, SEEN, CHANGED, BACK, NOT_SEEN, PARSE_SUSPECT, SOURCE_DOWN, REMOVED)
"""Every state a listing can show; ``source-down`` is that of its source while that is down."""

MANY = 5
"""From so many listings on, gone in one round, more than are still there is a sign of trouble."""

CONFIRMED_AFTER = timedelta(hours=12)
"""Where many went at once, it is believed when a later round finds the same after this time."""

Step = tuple[Sighting, SightingEvent | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """One listing as one page shows it; ``part`` is the kind of reading, ``url`` its address.

    ``slot`` is the kind of reading it is compared with, where that is another; ``gone`` the
    notice that stands in its place.
    """

    key: Key
    part: str
    url: str
    at: str
    capture: int | None
    values: Mapping[str, str]
    slot: str = ""
    gone: str = ""

    @property
    def kept_as(self) -> str:
        """The kind of reading its values are kept and compared as."""
        return self.slot or self.part


class Told(NamedTuple):
    """What a listing's own address told instead of it: gone, suspect or failed, why and when."""

    outcome: str
    why: str
    at: str
    capture: int | None


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What the end of a round knows: how it went, and how many listings were there or gone.

    ``start`` is how the start addresses fared: ``read``, empty where not asked, else the reason.
    ``since`` (ISO 8601 UTC) is when what it looked at begins, empty for all there is.
    """

    number: int
    at: str
    finished: bool
    start: str
    gone: int
    there: int
    met: int
    rechecked: bool = True
    since: str = ""

    def concerns(self, listing: Sighting) -> bool:
        """Whether the round looked at the time that this listing is of.

        One posted before, or without a date last seen before, is left as it stands.
        """
        posted = str(listing.values.get(PAGE, {}).get("posted_at", "")) or listing.last_seen
        return not self.since or posted >= self.since

    @property
    def broken(self) -> bool:
        """Whether the site itself was out of order, so that its answers tell nothing."""
        return self.start not in ("", "read")

    @property
    def mass(self) -> bool:
        """Whether so many went at once that the site may have been half out of order."""
        return self.gone >= MANY and self.gone > self.there


def met(before: Sighting | None, sight: Sight, source: str, number: int) -> Step:
    """A listing that was met: new, seen, changed or back again."""
    if before is None:
        return _new(sight, source, number)
    if before.state == REMOVED and sight.part != PAGE and before.url:
        listed = {"at": sight.at, "capture": sight.capture, "round": number}
        return replace(before, outcome=LISTED, answer=listed), None
    if sight.part != PAGE and before.asked == number and before.outcome == GONE:
        return before, None
    changed = [
        change
        for change in changes(before.values.get(sight.kept_as, {}), sight.values)
        if not _told_before(before, sight.kept_as, change, number)
    ]
    changed += _edit(before, sight)
    state = _state_met(before, bool(changed), number)
    after = _renewed(before, sight, state, number)
    if state == before.state and not changed:
        return after, None
    return after, _event(after, number, sight.at, before.state, _told(sight, changed))


def _new(sight: Sight, source: str, number: int) -> Step:
    """A listing met for the first time."""
    platform, native_id = sight.key
    found = Sighting(
        source=source,
        platform=platform,
        native_id=native_id,
        url=sight.url,
        first_seen=sight.at,
        last_seen=sight.at,
        state=NEW,
        since=sight.at,
        round=number,
        capture=sight.capture,
        values={sight.kept_as: dict(sight.values)},
        paged=number if sight.part == PAGE else 0,
    )
    return found, _event(found, number, sight.at, "", _told(sight, []))


def _edit(before: Sighting, sight: Sight) -> list[dict[str, str]]:
    """That a record was edited since it was last seen, where it had not been before.

    Not every reading tells of edits, so that none told before is no proof of none.
    """
    after = sight.values.get("edited_at", "")
    known = before.values.get(sight.kept_as, {}).get("edited_at")
    if known or after <= before.last_seen:
        return []
    return [{"field": "edited_at", "before": "", "after": after}]


def _told_before(before: Sighting, part: str, change: Mapping[str, str], number: int) -> bool:
    """Whether another kind of reading has told the same change in this round."""
    if before.round != number or before.state not in (CHANGED, BACK):
        return False
    others = (values for name, values in before.values.items() if name != part)
    return any(values.get(change["field"]) == change["after"] for values in others)


def _state_met(before: Sighting, changed: bool, number: int) -> str:
    """What a listing is once more met; within one round news stay news."""
    if before.state == REMOVED or before.missed:
        return BACK
    if changed:
        return CHANGED
    news = before.round == number and before.state in (NEW, BACK, CHANGED)
    return before.state if news else SEEN


def _renewed(before: Sighting, sight: Sight, state: str, number: int) -> Sighting:
    """The listing after it was met; its own page ends what its address had answered before."""
    own = sight.part == PAGE
    same = state == before.state
    former = before.values.get(sight.kept_as, {})
    return replace(
        before,
        url=sight.url if sight.url and (own or not before.paged) else before.url,
        last_seen=sight.at,
        state=state,
        since=before.since if same else sight.at,
        round=number,
        capture=sight.capture,
        values={**before.values, sight.kept_as: {**former, **sight.values}},
        missed=0,
        notice="",
        paged=number if own else before.paged,
        asked=0 if own else before.asked,
        outcome="" if own else before.outcome,
        answer={} if own else before.answer,
    )


def _told(sight: Sight, changed: list[dict[str, str]]) -> dict[str, Json]:
    return {"on": sight.part} | ({"changes": changed} if changed else {})


def answered(before: Sighting, told: Told, number: int) -> Sighting:
    """A listing whose own address told something else; kept until the round ends."""
    again = told.outcome == GONE and before.outcome == GONE
    first = before.answer.get("first", told.at) if again else told.at
    answer = {"why": told.why, "at": told.at, "capture": told.capture, "first": first}
    return replace(before, asked=number, outcome=told.outcome, answer=answer, paged=0)


def settled(before: Sighting, facts: RoundFacts) -> Step:
    """A listing at the end of a round that did not meet it, or whose address told otherwise."""
    asked = before.asked == facts.number
    if asked and before.outcome == GONE and not facts.broken:
        return _gone(before, facts)
    if before.state == REMOVED:
        listed = before.outcome == LISTED and not asked
        return _listed_again(before, facts) if listed else (before, None)
    if before.round == facts.number:
        return before, None
    if asked and before.outcome == SUSPECT and not facts.broken:
        return _as(before, PARSE_SUSPECT, before.answer, facts.number)
    if not facts.finished or facts.broken or not facts.concerns(before):
        return before, None
    return _missed(before, facts, asked=asked)


def _gone(before: Sighting, facts: RoundFacts) -> Step:
    """Gone: removed, unless so many went at once that it has to be found a second time."""
    if before.state == REMOVED:
        return before, None
    if facts.mass and not _confirmed(before, facts):
        why = (
            f"{before.answer['why']}, but so for {facts.gone} listings in one round while"
            f" {facts.there} were there: to be confirmed by a later round"
        )
        return _as(before, PARSE_SUSPECT, {**before.answer, "why": why}, facts.number)
    after, event = _as(before, REMOVED, before.answer, facts.number)
    return replace(after, missed=0, round=facts.number), event


def _confirmed(before: Sighting, facts: RoundFacts) -> bool:
    """Whether an earlier round had found the same, long enough ago."""
    first = datetime.fromisoformat(str(before.answer["first"]))
    told = datetime.fromisoformat(str(before.answer["at"]))
    return before.state == PARSE_SUSPECT and told - first >= CONFIRMED_AFTER


def _listed_again(before: Sighting, facts: RoundFacts) -> Step:
    """A removed listing that a result row names again and whose own address was not asked for."""
    if before.answer.get("round") != facts.number:
        return before, None
    at, capture = str(before.answer["at"]), before.answer.get("capture")
    after = replace(
        before,
        state=BACK,
        since=at,
        last_seen=at,
        round=facts.number,
        capture=capture,
        missed=0,
        notice="",
        outcome="",
        answer={},
    )
    return after, _event(after, facts.number, at, REMOVED, {"on": ROW})


def _missed(before: Sighting, facts: RoundFacts, *, asked: bool) -> Step:
    """A finished round came to its end without this listing."""
    if asked:
        answer: Mapping[str, Json] = before.answer
    else:
        answer = {"why": _why_missed(before, facts), "at": facts.at, "capture": None}
    blind = not asked and facts.met == 0
    after, event = _as(before, PARSE_SUSPECT if blind else NOT_SEEN, answer, facts.number)
    return (after if blind else replace(after, missed=before.missed + 1)), event


def _why_missed(before: Sighting, facts: RoundFacts) -> str:
    if facts.met == 0:
        return "the round read no listing at all"
    if not before.url:
        return "no result row named it, and it has no address of its own"
    if not facts.rechecked:
        return "no result row named it, and the source says not to ask for it by itself"
    return "no page named it"


def _as(before: Sighting, state: str, answer: Mapping[str, Json], number: int) -> Step:
    """The listing in this state for this reason; an event only where the state is another."""
    why, at = str(answer["why"]), str(answer["at"])
    after = replace(before, state=state, notice=why, capture=answer.get("capture"))
    if state == before.state:
        return after, None
    word = "notice" if state == REMOVED else "reason"
    return replace(after, since=at), _event(after, number, at, before.state, {word: why})


def failed(before: Sighting, told: Told, number: int) -> Sighting:
    """A listing whose own page did not come; what it answered before in this round stays."""
    known = before.asked == number and before.outcome in (GONE, SUSPECT)
    return before if known or before.paged == number else answered(before, told, number)


def _event(
    after: Sighting, number: int, at: str, before: str, detail: Mapping[str, Json]
) -> SightingEvent:
    """A change of state, proved by the listing's capture."""
    return SightingEvent(
        source=after.source,
        platform=after.platform,
        native_id=after.native_id,
        at=at,
        round=number,
        state=after.state,
        before=before,
        detail=detail,
        capture=after.capture,
    )
