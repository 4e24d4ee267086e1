"""What made-up buyers say of market sellers; buyers are masked, as markets mask them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rehearsal.accounts import active_day
from app.rehearsal.dice import Dice
from app.rehearsal.nouns import Account
from app.rehearsal.words import words

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One row: ``stars`` is 1 to 5."""

    buyer: str
    stars: int
    text: str
    day: date


def feedback(seed: int, account: Account) -> tuple[Feedback, ...]:
    """Up to six rows, newest first."""
    dice = Dice(seed, "feedback", *account.name)
    count = dice.between(0, 6)
    made = [_one(dice, account) for _ in range(count)]
    return tuple(sorted(made, key=lambda row: (row.day, row.buyer), reverse=True))


def _one(dice: Dice, account: Account) -> Feedback:
    buyer = f"{dice.pick(_LETTERS)}***{dice.pick(_LETTERS)}"
    stars = dice.weighted([(5, 8), (4, 2), (3, 1), (1, 1)])
    said = dice.pick(words()["en"].phrases["feedback"]).replace("{n}", str(dice.between(3, 21)))
    return Feedback(buyer, stars, said, active_day(dice, account))
