"""Which terms a round searches for: those that bring most first, the others in their turn.

The yield of a term is what it brought that was new, per answered request, over past rounds; each
round back counts half as much as the one after it. Few requests tell little, so a request of the
source's mean yield is added to those of each term (the mean of a Gamma distribution after so many
Poisson counts). Where statements say which answers offer goods, that is weighed by how much more of
the term's answers do than of all (the mean of a Beta distribution, ten answers of the source's mean
added). A term goes on where it brought anything and that is more than half the mean. One
term in five, at least one, is none of these: a term not tried yet, else that which was asked the
longest time ago, or least often; so are all others where too few go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from collectors.interfaces.interface import Term

NONE: Mapping[str, int] = MappingProxyType({})
SHARE = 5
"""One in so many terms of a round is there in its turn, whatever it brought."""

HALF_LIFE = 1.0
"""Rounds after which what a term brought counts half."""

DOUBT = 1.0
"""Requests of mean yield added to those of each term."""

ANSWERS = 10.0
"""Answers of which as many offer goods as on average, added to those of each term."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What one round asked for one term: answered requests, records that were new, and all."""

    round: int
    term: str
    pages: int
    new: int
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """A term to be searched for, and why it is there.

    ``expected`` is how many new records a request is taken to bring, weighed by how many of its
    answers offer goods; None where nothing is known.
    """

    term: Term
    why: str
    expected: float | None = None


@dataclass(slots=True)
class _Past:
    pages: float = 0.0
    new: float = 0.0
    asked: int = 0
    brought: int = 0
    answers: int = 0
    last: int = 0


def choose(
    terms: Sequence[Term],
    efforts: Iterable[Effort],
    most: int,
    offers: Mapping[str, int] = NONE,
) -> list[Choice]:
    """At most ``most`` of the terms, which stand in the order in which they are tried first.

    ``offers`` tells of how many answers to a term it is known that they offer goods.
    """
    past = _past(efforts)
    pages = sum(one.pages for one in past.values())
    mean = sum(one.new for one in past.values()) / pages if pages else 0.0
    lift = _lift(past, offers)
    good = sorted(_good(terms, past, mean, lift), key=lambda each: -(each.expected or 0.0))
    turns = min(most, max(1, most // SHARE))
    chosen = good[: most - turns]
    texts = {one.term.text for one in chosen}
    others = [term for term in terms if term.text not in texts]
    others.sort(key=lambda term: _turn(past.get(term.text)))
    return chosen + [_in_its_turn(term, past) for term in others[: most - len(chosen)]]


def _past(efforts: Iterable[Effort]) -> Mapping[str, _Past]:
    known = list(efforts)
    rounds = sorted({one.round for one in known}, reverse=True)
    weight = {number: 0.5 ** (back / HALF_LIFE) for back, number in enumerate(rounds)}
    found: dict[str, _Past] = {}
    for one in known:
        past = found.setdefault(one.term, _Past())
        past.pages += weight[one.round] * one.pages
        past.new += weight[one.round] * one.new
        past.asked += one.pages
        past.brought += one.new
        past.answers += one.answers
        past.last = max(past.last, one.round)
    return found


def _lift(past: Mapping[str, _Past], offers: Mapping[str, int]) -> Callable[[str], float]:
    """How many times as many of a term's answers offer goods as of all; 1 where none is known."""
    every = sum(one.answers for one in past.values())
    mean = min(1.0, sum(offers.get(term, 0) for term in past) / every) if every else 0.0
    if not mean:
        return lambda _: 1.0

    def lift(term: str) -> float:
        answers = max(past[term].answers, offers.get(term, 0))
        return (offers.get(term, 0) + ANSWERS * mean) / (answers + ANSWERS) / mean

    return lift


def _good(
    terms: Iterable[Term],
    past: Mapping[str, _Past],
    mean: float,
    lift: Callable[[str], float],
) -> Iterable[Choice]:
    for term in terms:
        if (known := past.get(term.text)) is None or not known.brought:
            continue
        expected = lift(term.text) * (known.new + DOUBT * mean) / (known.pages + DOUBT)
        if expected > mean / 2:
            why = f"brought {known.brought} new in {known.asked} requests"
            yield Choice(term, why, round(expected, 3))


def _turn(known: _Past | None) -> tuple[int, int]:
    return (0, 0) if known is None else (known.last, known.asked)


def _in_its_turn(term: Term, past: Mapping[str, _Past]) -> Choice:
    known = past.get(term.text)
    if known is None:
        return Choice(term, "not tried yet")
    return Choice(term, f"in its turn: last asked in round {known.last}")
