"""What made-up accounts offer and write: adverts on markets and classifieds, forum threads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.rehearsal.accounts import active_day
from app.rehearsal.dice import Dice, material
from app.rehearsal.nouns import (
    CLASSIFIEDS,
    FORUM,
    LAST_DAY,
    MARKETS,
    SOCIAL,
    Account,
    Advert,
    Comment,
    Contact,
    Post,
    Thread,
)
from app.rehearsal.prices import Price, market_price, place_price
from app.rehearsal.social.names import group_of, post_id
from app.rehearsal.words import Thing, Words, things, words

SECTIONS = ("trade", "care", "off-topic")
_ROLES = frozenset(
    ("cashier", "courier", "depot", "escrow", "forwarder", "advertising", "borrowed")
)
"""Roles of contacts that have phrases of their own."""


def make_adverts(seed: int, accounts: Sequence[Account]) -> tuple[Advert, ...]:
    """One to five adverts for each account but those of the forum, which has threads."""
    adverts: list[Advert] = []
    for account in accounts:
        if account.platform == FORUM:
            continue
        dice = Dice(seed, "adverts", *account.name)
        count = _how_many(dice, account)
        adverts += [_advert(seed, dice, account, number) for number in range(count)]
    return tuple(adverts)


def _how_many(dice: Dice, account: Account) -> int:
    odds = (3, 4, 3, 1, 1) if account.key else (5, 3, 1)
    return dice.weighted(list(enumerate(odds, 1)))


def _advert(seed: int, dice: Dice, account: Account, number: int) -> Advert:
    language = _language(dice, account)
    told = words()[language]
    thing = _thing(dice, account, told)
    price = _price(dice, account.platform, thing, told)
    title = _fill(dice, dice.pick(told.goods[thing.name]["titles"]))
    ships_from = account.person.country
    return Advert(
        platform=account.platform,
        listing_id=_listing_id(seed, account, number),
        seller=account.handle,
        thing=thing.name,
        language=language,
        title=title,
        text=_text(dice, account, told, thing),
        category=thing.category,
        written=price.written,
        price=price.amount,
        currency=price.currency,
        ships_from=ships_from,
        ships_to=dice.pick(("Worldwide", "EU", ships_from)),
        posted=active_day(dice, account),
        taxon=thing.taxon,
        product=thing.product,
        relevant=thing.taxon is not None,
    )


def _language(dice: Dice, account: Account) -> str:
    """Markets speak English more often than not; elsewhere people write their own language."""
    english = 0.55 if account.platform in MARKETS else 0.05
    return "en" if dice.chance(english) else account.person.language


def _thing(dice: Dice, account: Account, told: Words) -> Thing:
    """Wildlife for who sells it, six times in seven; ordinary goods for everybody else."""
    known = [things()[name] for name in sorted(told.goods)]
    wildlife = account.person.sells_wildlife and dice.chance(0.86)
    fitting = [thing for thing in known if (thing.taxon is not None) == wildlife]
    liked = Dice("liking", account.person.actor).shuffled(fitting)[:4]
    return dice.pick(liked)


def _price(dice: Dice, platform: str, thing: Thing, told: Words) -> Price:
    dollars = dice.price(thing.low, thing.high)
    if platform in MARKETS:
        return market_price(platform, dollars)
    return place_price(dollars, told.currency, dice.pick(told.prices))


def _listing_id(seed: int, account: Account, number: int) -> str:
    """As each site numbers them: decimal, on Meridian hexadecimal, on networks an address."""
    if account.platform in SOCIAL:
        return post_id(account.platform, account.handle, number)
    raw = material(6, seed, "listing", *account.name, number)
    return raw.hex() if account.platform == "meridian" else str(int.from_bytes(raw))[:10]


def _text(dice: Dice, account: Account, told: Words, thing: Thing) -> str:
    lines = dice.sample(told.goods[thing.name]["lines"], dice.between(1, 3))
    phrases = told.phrases
    closing = [dice.pick(phrases["ship"])] * dice.chance(0.8)
    closing += [dice.pick(phrases["close"])] * dice.chance(0.6)
    if dice.chance(0.25):
        closing.append(_former(dice, account, told) or dice.pick(phrases["about"]))
    closing += [sentence(dice, told, item) for item in _chosen(dice, account)]
    body = [*lines, *closing]
    country = account.person.country
    return "\n".join(_fill(dice, line).replace("{from}", country) for line in body)


def _chosen(dice: Dice, account: Account) -> list[Contact]:
    """Which of the account's contacts this advert shows: most on classifieds, fewer on markets."""
    share = 0.8 if account.platform == CLASSIFIEDS else 0.45
    return [item for item in account.shown if dice.chance(share)]


def sentence(dice: Dice, told: Words, contact: Contact) -> str:
    """A contact as adverts of this language bring it in."""
    own = "payment" if contact.kind == "wallet" else "contact"
    kind = contact.role if contact.role in _ROLES else own
    named = kind in ("depot", "advertising") and contact.kind == "messenger"
    value = f"{contact.label} {contact.written}" if named else contact.written
    return dice.pick(told.phrases[kind]).format(label=contact.label, value=value)


def _former(dice: Dice, account: Account, told: Words) -> str | None:
    if account.former is None:
        return None
    handle, platform = account.former
    return dice.pick(told.phrases["former"]).format(handle=handle, platform=platform)


def _fill(dice: Dice, line: str) -> str:
    """Numbers in place of ``{n}``, ``{cm}``, ``{kg}``, ``{g}``, ``{d}`` and ``{year}``."""
    grams = dice.between(3, 90) * 10
    slots = {
        "n": dice.between(2, 9),
        "cm": dice.between(6, 95),
        "kg": f"{dice.between(11, 98) / 10}",
        "g": grams,
        "d": dice.between(0, 9),
        "year": dice.between(2012, 2024),
    }
    for name, value in slots.items():
        line = line.replace(f"{{{name}}}", str(value))
    return line


def about(seed: int, account: Account) -> str:
    """The profile text: who they are, whence they came, and every contact they show."""
    dice = Dice(seed, "about", *account.name)
    told = words()[_language(dice, account)]
    lines = dice.sample(told.phrases["about"], dice.between(1, 2))
    former = _former(dice, account, told)
    lines += [former] if former else []
    lines += [sentence(dice, told, item) for item in account.shown]
    return "\n".join(_fill(dice, line) for line in lines)


def make_threads(seed: int, accounts: Sequence[Account]) -> tuple[Thread, ...]:
    """One thread or two by each forum account, answered by others, first by network partners."""
    members = [account for account in accounts if account.platform == FORUM]
    threads: list[Thread] = []
    for account in members:
        dice = Dice(seed, "threads", account.handle)
        for number in range(dice.between(1, 2)):
            identifier = str(int.from_bytes(material(3, seed, "thread", account.handle, number)))
            threads.append(_thread(dice, identifier, account, members))
    return tuple(sorted(threads, key=lambda thread: thread.thread_id))


def _thread(dice: Dice, identifier: str, account: Account, members: Sequence[Account]) -> Thread:
    told = words()[_language(dice, account)]
    thing = _thing(dice, account, told)
    posted = active_day(dice, account, LAST_DAY - timedelta(30))
    price = _price(dice, FORUM, thing, told)
    text = f"{_text(dice, account, told, thing)}\n{price.written}"
    section = "trade" if account.person.sells_wildlife else dice.pick(SECTIONS)
    posts = [Post(account.handle, text, posted), *_replies(dice, account, members, told)]
    title = _fill(dice, dice.pick(told.goods[thing.name]["titles"]))
    dated = [
        Post(post.author, post.text, posted + timedelta(place)) for place, post in enumerate(posts)
    ]
    return Thread(identifier, section, title, told.language, tuple(dated))


def make_comments(
    seed: int, accounts: Sequence[Account], adverts: Sequence[Advert]
) -> tuple[Comment, ...]:
    """Under adverts on networks and messengers strangers ask, and sellers answer in private."""
    people: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        people[account.platform].append(account)
    return tuple(
        comment
        for advert in adverts
        if advert.platform in SOCIAL
        for comment in _comments(seed, advert, people[advert.platform])
    )


def _comments(seed: int, advert: Advert, people: Sequence[Account]) -> Iterator[Comment]:
    dice = Dice(seed, "comments", advert.platform, advert.listing_id)
    told = words()[advert.language]
    near = [item for item in people if group_of(item.handle) == group_of(advert.seller)]
    others = near if advert.platform in ("telegram", "whatsapp") else people
    for number, other in enumerate(dice.few(others, dice.between(0, 3)), 1):
        if other.handle == advert.seller:
            continue
        day = advert.posted + timedelta(number)
        kind = dice.pick(("ask", "ask", "reply"))
        line = _fill(dice, dice.pick(told.phrases[kind]))
        yield Comment(advert.platform, advert.listing_id, other.handle, line, day)
        if kind == "ask" and dice.chance(0.7):
            line = dice.pick(told.phrases["private"])
            yield Comment(advert.platform, advert.listing_id, advert.seller, line, day)


def _replies(
    dice: Dice, account: Account, members: Sequence[Account], told: Words
) -> Iterator[Post]:
    """Partners vouch in their own name; strangers ask and thank."""
    for handle in account.partners:
        if dice.chance(0.7):
            line = dice.pick(told.phrases["partner"]).format(handle=account.handle)
            yield Post(handle, line, LAST_DAY)
    for other in dice.few(members, dice.between(0, 4)):
        if other.handle in (account.handle, *account.partners):
            continue
        yield Post(other.handle, _fill(dice, dice.pick(told.phrases["reply"])), LAST_DAY)
