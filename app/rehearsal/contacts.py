"""Contacts of made-up people that reach nobody.

Phone numbers come from ranges set aside for films and books (NANP 555-01XX, those of the German
Bundesnetzagentur and of the Swedish PTS), e-mail addresses from the domains of RFC 2606.
"""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

from app.rehearsal import addresses
from app.rehearsal.dice import Dice
from app.rehearsal.nouns import Contact

FORWARDER = "+46701740699"
"""The one number of its range that no person is given."""

_MAIL_HOSTS = ("post.example.org", "mail.example.net", "box.example.com")
_MESSENGERS = (("wickr", "Wickr"), ("jabber", "Jabber"), ("threema", "Threema"), ("line", "LINE"))
_COINS = {"btc": addresses.bitcoin, "eth": addresses.ethereum, "xmr": addresses.monero,
          "ltc": addresses.litecoin}  # fmt: skip
_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_ALPHANUMERIC = "ABCDEFGHJKMNPRSTUVWXYZ23456789"


class PhoneBook:
    """Hands out every number at most once; ValueError when a range is used up."""

    def __init__(self, seed: int) -> None:
        self._start = Dice(seed, "phones").below(1_000_000)
        self._given = dict.fromkeys(("DE", "SE", "US"), 0)

    def next(self, country: str) -> str:
        """A number in E.164, of ``country`` where it has a range with numbers left."""
        region = country if country in ("DE", "SE") else "US"
        numbers = _numbers(region)
        if self._given[region] == len(numbers) and region != "US":
            return self.next("US")
        if self._given[region] == len(numbers):
            raise ValueError("no made-up phone numbers left: take fewer accounts")
        place = (self._start + self._given[region] * _stride(len(numbers))) % len(numbers)
        self._given[region] += 1
        return numbers[place]


@lru_cache(maxsize=4)
def _numbers(region: str) -> tuple[str, ...]:
    if region == "DE":
        return tuple(f"+49{front}{end:02}" for front in (17139200, 176040690) for end in range(100))
    if region == "SE":
        return tuple(f"+46701740{end}" for end in range(605, 699))
    areas = [area for area in range(201, 990) if _is_american(f"+1{area}5550123")]
    return tuple(f"+1{area}5550{line}" for line in range(100, 200) for area in areas)


def _is_american(number: str) -> bool:
    parsed = phonenumbers.parse(number)
    return (
        phonenumbers.is_valid_number(parsed) and phonenumbers.region_code_for_number(parsed) == "US"
    )


def _stride(size: int) -> int:
    """A step that visits every place: 7,919 is prime and divides none of the ranges."""
    return 7919 % size or 1


def phone(book: PhoneBook, dice: Dice, country: str, role: str = "own") -> Contact:
    """A number for calls and texts."""
    number = book.next(country)
    return Contact("phone", number, _phone_label(dice), spell_phone(number, dice), role)


def forwarder(dice: Dice) -> Contact:
    """The freight agent that anybody may use."""
    return Contact("phone", FORWARDER, "Tel", spell_phone(FORWARDER, dice), "forwarder")


def whatsapp(book: PhoneBook, dice: Dice, country: str) -> Contact:
    number = book.next(country)
    return Contact("messenger", f"whatsapp:{number}", "WhatsApp", spell_phone(number, dice))


def spell_phone(number: str, dice: Dice) -> str:
    """The number as people write it; always with its country code."""
    parsed = phonenumbers.parse(number)
    international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    trunk = number if number.startswith("+1") else f"00{number[1:]}"
    spaced = international.replace("-", " ")
    return dice.weighted([(international, 4), (number, 2), (spaced, 2), (trunk, 1)])


def _phone_label(dice: Dice) -> str:
    return dice.pick(("Tel", "Phone", "Mobile"))


def email(dice: Dice, stem: str, role: str = "own") -> Contact:
    value = f"{_plain(stem)}.{_tail(dice)}@{dice.pick(_MAIL_HOSTS)}"
    return Contact("email", value, dice.pick(("E-mail", "Mail")), value, role)


def telegram(dice: Dice, stem: str, role: str = "own") -> Contact:
    value = f"{_plain(stem)}_{_tail(dice)}"
    return Contact("messenger", f"telegram:{value}", "Telegram", f"@{value}", role)


def messenger(dice: Dice, stem: str) -> Contact:
    """A handle on one of the services that darknet sellers like."""
    service, label = dice.pick(_MESSENGERS)
    if service == "threema":
        value = "".join(dice.pick(_ALPHANUMERIC) for _ in range(8))
    elif service == "jabber":
        value = f"{_plain(stem)}.{_tail(dice)}@jabber.example.org"
    else:
        value = f"{_plain(stem)}{_tail(dice)}"
    return Contact("messenger", f"{service}:{value}", label, value)


def wallet(coin: str, *names: object, role: str = "own") -> Contact:
    """The wallet of ``names`` in ``coin``: btc, eth, xmr or ltc."""
    address = _COINS[coin](*names)
    return Contact("wallet", f"{coin}:{address}", coin.upper(), address, role)


def _plain(stem: str) -> str:
    """ASCII letters of ``stem``, or a word in their place."""
    letters = "".join(sign for sign in stem.lower() if sign in "abcdefghijklmnopqrstuvwxyz")
    return letters[:16] or "shop"


def _tail(dice: Dice) -> str:
    return "".join(dice.pick(_LETTERS) for _ in range(3)) + str(dice.between(10, 99))
