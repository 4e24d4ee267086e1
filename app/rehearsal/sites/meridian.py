"""Meridian: an onion market of cards, pale and modern, prices in bitcoin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.rehearsal.adverts import about
from app.rehearsal.feedback import feedback
from app.rehearsal.nouns import Account, Advert, Market, World
from app.rehearsal.sites.html import Page, keys, link, page, pieces, rows, text

NAME = "meridian"
_PER_PAGE = 24
_STYLE = (
    "body{background:#f4f6f8;color:#223;font:15px/1.5 sans-serif;margin:0}header{background:#134;"
    "padding:1em}header a{color:#fff;margin-right:1em}main{max-width:64em;margin:1em auto}"
    ".grid{display:grid;grid-template-columns:repeat(3,1fr);gap:1em}.card{background:#fff;"
    "border-radius:6px;padding:1em}footer{color:#667;text-align:center;font-size:13px}"
    "dl{display:grid;grid-template-columns:9em 1fr}pre{overflow:auto}"
)


def pages(world: World) -> Iterator[Page]:
    """Every page of the market."""
    market = world.markets[NAME]
    adverts = [item for item in world.adverts if item.platform == NAME]
    accounts = {item.handle: item for item in world.accounts if item.platform == NAME}
    stock: dict[str, list[Advert]] = defaultdict(list)
    for advert in adverts:
        stock[advert.seller].append(advert)
    yield from _browse(market, adverts, accounts)
    for advert in adverts:
        yield _item(market, advert, accounts[advert.seller])
    for account in accounts.values():
        yield _shop(world, market, account, stock[account.handle])
    yield from _house(market)


def _page(market: Market, path: str, title: str, body: str, language: str = "en") -> Page:
    head = (
        f"<header>{link(f'{NAME}/', 'MERIDIAN')} {link(f'{NAME}/browse/1/', 'Browse')} "
        f"{link(f'{NAME}/mirrors/', 'Mirrors')} {link(f'{NAME}/sign-in/', 'Sign in')}</header>"
    )
    foot = f"<footer>Meridian Bazaar · write to {text(market.support)} · commission 4 %</footer>"
    return page(
        f"{NAME}/{path}index.html",
        f"{title} | Meridian Bazaar",
        f"{head}\n<main>\n{body}\n</main>\n{foot}",
        style=_STYLE,
        language=language,
    )


def _browse(
    market: Market, adverts: Sequence[Advert], accounts: Mapping[str, Account]
) -> Iterator[Page]:
    newest = sorted(adverts, key=lambda item: (item.posted, item.listing_id), reverse=True)
    for number, count, part in pieces(newest, _PER_PAGE):
        cards = rows(_card(advert, accounts[advert.seller]) for advert in part)
        others = " ".join(link(f"{NAME}/browse/{other}/", other) for other in range(1, count + 1))
        body = (
            f'<div class="grid">{cards}</div>\n'
            f'<nav class="pager" data-pages="{count}">{others}</nav>'
        )
        yield _page(market, f"browse/{number}/", f"Browse, page {number}", body)
        if number == 1:
            yield _page(market, "", "Welcome", body)


def _card(advert: Advert, seller: Account) -> str:
    return (
        f'<article class="card" data-id="{advert.listing_id}">'
        f"<h3>{link(f'{NAME}/item/{advert.listing_id}/', advert.title)}</h3>"
        f'<p class="by">by {link(f"{NAME}/shop/{seller.native_id}/", advert.seller)}</p>'
        f'<p class="ask">{text(advert.written)}</p></article>'
    )


def _item(market: Market, advert: Advert, seller: Account) -> Page:
    facts = {
        "seller": link(f"{NAME}/shop/{seller.native_id}/", advert.seller),
        "section": text(advert.category),
        "origin": text(advert.ships_from),
        "destination": text(advert.ships_to),
        "since": advert.posted.strftime("%d %b %Y"),
        "item": f"<code>{advert.listing_id}</code>",
    }
    terms = rows(f'<dt>{name}</dt><dd class="{name}">{value}</dd>' for name, value in facts.items())
    body = (
        f'<article class="card offer"><h1>{text(advert.title)}</h1>\n'
        f'<p class="ask">{text(advert.written)}</p>\n<dl>{terms}</dl>\n'
        f'<section class="words">{text(advert.text)}</section></article>\n'
        f'<aside class="deposit">Buyer protection: deposits go to the escrow wallet '
        f"{text(market.escrow)} and are released after 14 days.</aside>"
    )
    return _page(market, f"item/{advert.listing_id}/", advert.title, body, advert.language)


def _shop(world: World, market: Market, account: Account, stock: Sequence[Advert]) -> Page:
    cards = rows(_card(item, account) for item in stock)
    said = rows(
        f'<li class="review"><b>{row.stars}/5</b> <i>{text(row.buyer)}</i> '
        f"<span>{text(row.text)}</span> <time>{row.day.isoformat()}</time></li>"
        for row in feedback(world.seed, account)
    )
    body = (
        f'<section class="shop card"><h1>{text(account.handle)}</h1>\n'
        f'<p>Shop <b class="number">{account.native_id}</b>, open since '
        f"<time>{account.joined.isoformat()}</time></p>\n"
        f'<div class="words">{text(about(world.seed, account))}</div>\n'
        f"{keys(account, market, 'public-key')}</section>\n"
        f'<div class="grid">{cards}</div>\n<ul class="reviews">{said}</ul>'
    )
    return _page(market, f"shop/{account.native_id}/", account.handle, body)


def _house(market: Market) -> Iterator[Page]:
    """The market's own pages: mirrors and key, sign-in, error."""
    mirrors = rows(f"<p><code>{onion}</code></p>" for onion in market.onions)
    key = f'{mirrors}\n<pre class="public-key">{market.key.armoured}</pre>'
    yield _page(market, "mirrors/", "Mirrors", key)
    form = (
        '<form class="sign-in" method="post"><input name="name" placeholder="Name">\n'
        '<input name="secret" type="password" placeholder="Passphrase">\n'
        "<button>Enter</button></form>"
    )
    yield _page(market, "sign-in/", "Sign in", form)
    yield _page(market, "gone/", "Gone", '<p class="notice">This offer is no longer there.</p>')
