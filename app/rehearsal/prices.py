"""Prices as made-up sites and people write them, from an amount in US dollars."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10

_PER_DOLLAR = {
    "USD": 1.0, "EUR": 0.92, "IDR": 15_800.0, "VND": 25_000.0, "CNY": 7.2, "THB": 35.0,
    "RUB": 92.0, "BTC": 1 / 66_000,
}  # fmt: skip
"""Round rates of exchange; they need not be right, only plausible."""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount in a currency (ISO 4217 or BTC), and how the page says it."""

    amount: float
    currency: str
    written: str


def market_price(platform: str, dollars: float) -> Price:
    """Nightjar asks dollars, Meridian bitcoin with four decimals."""
    if platform == "meridian":
        amount = max(round(dollars * _PER_DOLLAR["BTC"], 4), 0.0001)
        return Price(amount, "BTC", f"{amount:.4f} BTC")
    whole = rounded(dollars)
    return Price(float(whole), "USD", f"USD {whole:,}.00")


def place_price(dollars: float, currency: str, template: str) -> Price:
    """A round amount as people of that language write it."""
    whole = rounded(dollars * _PER_DOLLAR[currency])
    written = template.format(
        whole=whole,
        grouped=f"{whole:,}",
        dotted=f"{whole:,}".replace(",", "."),
        spaced=f"{whole:,}".replace(",", " "),
    )
    return Price(float(whole), currency, written)


def rounded(amount: float) -> int:
    """Two figures that count, the second a multiple of five above a hundred."""
    step: int = 10 ** max(0, floor(log10(max(amount, 1))) - 1)
    step *= 5 if amount >= 1000 else 1
    return max(1, round(amount / step) * step)
