"""Nightjar: an onion market of tables, grey on black, prices in dollars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.rehearsal.adverts import about
from app.rehearsal.feedback import feedback
from app.rehearsal.nouns import Account, Advert, Market, World
from app.rehearsal.sites.html import Page, keys, link, page, pieces, rows, text

NAME = "nightjar"
_PER_PAGE = 20
_STYLE = (
    "body{background:#191a1c;color:#c9c9c4;font:14px sans-serif;margin:1em auto;max-width:60em}"
    "a{color:#e0b050}table{border-collapse:collapse;width:100%}td,th{border:1px solid #3a3b3d;"
    "padding:.3em .6em;text-align:left}.box{border:1px dashed #777;padding:.6em;margin:1em 0}"
    "#foot{color:#888;font-size:12px}"
)


def pages(world: World) -> Iterator[Page]:
    """Every page of the market."""
    market = world.markets[NAME]
    adverts = [item for item in world.adverts if item.platform == NAME]
    accounts = {item.handle: item for item in world.accounts if item.platform == NAME}
    shelves: dict[str, list[Advert]] = defaultdict(list)
    stock: dict[str, list[Advert]] = defaultdict(list)
    for advert in adverts:
        shelves[advert.category].append(advert)
        stock[advert.seller].append(advert)
    yield _front(market, shelves)
    for category, items in sorted(shelves.items()):
        yield from _category(market, category, items, accounts)
    for advert in adverts:
        yield _listing(market, advert, accounts[advert.seller])
    for account in accounts.values():
        yield _vendor(world, market, account, stock[account.handle])
    yield from _house(market)


def _page(market: Market, path: str, title: str, body: str, language: str = "en") -> Page:
    head = f"<h1>{link(f'{NAME}/', 'Nightjar Market')}</h1>"
    foot = (
        f'<p id="foot">{link(f"{NAME}/key.html", "Market key and mirrors")} · '
        f"{link(f'{NAME}/login.html', 'Log out')} · Support: {text(market.support)}</p>"
    )
    return page(
        f"{NAME}/{path}",
        f"{title} - Nightjar Market",
        f'{head}\n<div id="main">\n{body}\n</div>\n{foot}',
        style=_STYLE,
        language=language,
    )


def _front(market: Market, shelves: Mapping[str, Sequence[Advert]]) -> Page:
    links = (
        f"<li>{link(f'{NAME}/category/{name}-1.html', name.title())} ({len(items)})</li>"
        for name, items in sorted(shelves.items())
    )
    return _page(market, "index.html", "Welcome", f'<ul class="categories">{rows(links)}</ul>')


def _category(
    market: Market, category: str, adverts: Sequence[Advert], accounts: Mapping[str, Account]
) -> Iterator[Page]:
    for number, count, part in pieces(adverts, _PER_PAGE):
        lines = (_row(advert, accounts[advert.seller]) for advert in part)
        others = (
            link(f"{NAME}/category/{category}-{other}.html", other, "page")
            for other in range(1, count + 1)
        )
        body = (
            f"<h2>{text(category.title())}</h2>\n"
            f'<table class="results"><tr><th>Item<th>Vendor<th>Price</tr>\n{rows(lines)}</table>\n'
            f'<p class="pages">Page {number} of <b class="count">{count}</b>: '
            f"{' '.join(others)}</p>"
        )
        yield _page(market, f"category/{category}-{number}.html", category.title(), body)


def _row(advert: Advert, seller: Account) -> str:
    item = link(f"{NAME}/listing/{advert.listing_id}.html", advert.title, "item")
    vendor = link(f"{NAME}/vendor/{seller.native_id}.html", advert.seller, "vendor")
    return (
        f'<tr class="result"><td>{item}</td><td>{vendor}</td>'
        f'<td class="price">{text(advert.written)}</td></tr>'
    )


def _listing(market: Market, advert: Advert, seller: Account) -> Page:
    facts = {
        "Vendor": link(f"{NAME}/vendor/{seller.native_id}.html", advert.seller, "vendor"),
        "Category": text(advert.category.title()),
        "Price": text(advert.written),
        "Ships from": text(advert.ships_from),
        "Ships to": text(advert.ships_to),
        "Listed": text(advert.posted.isoformat()),
        "Number": advert.listing_id,
    }
    table = rows(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts.items())
    body = (
        f'<h2 class="title">{text(advert.title)}</h2>\n<table class="facts">{table}</table>\n'
        f'<div class="description">{text(advert.text)}</div>\n'
        f'<div class="box escrow">Escrow: pay only to the market, never to a vendor: '
        f"<code>{text(market.escrow)}</code></div>"
    )
    return _page(market, f"listing/{advert.listing_id}.html", advert.title, body, advert.language)


def _vendor(world: World, market: Market, account: Account, stock: Sequence[Advert]) -> Page:
    offers = (
        f"<li>{link(f'{NAME}/listing/{item.listing_id}.html', item.title)}</li>" for item in stock
    )
    said = (
        f'<tr class="feedback"><td class="buyer">{text(row.buyer)}</td>'
        f'<td class="stars">{row.stars}</td><td class="said">{text(row.text)}</td>'
        f'<td class="day">{row.day.isoformat()}</td></tr>'
        for row in feedback(world.seed, account)
    )
    body = (
        f'<h2 class="handle">{text(account.handle)}</h2>\n'
        f'<p>Vendor <span class="number">{account.native_id}</span>, member since '
        f'<span class="joined">{account.joined.isoformat()}</span></p>\n'
        f'<div class="about">{text(about(world.seed, account))}</div>\n'
        f"{keys(account, market, 'pgp')}\n"
        f'<h3>Offers</h3>\n<ul class="offers">{rows(offers)}</ul>\n'
        f'<h3>Feedback</h3>\n<table class="feedbacks">{rows(said)}</table>'
    )
    return _page(market, f"vendor/{account.native_id}.html", account.handle, body)


def _house(market: Market) -> Iterator[Page]:
    """The market's own pages: key and mirrors, login, error."""
    mirrors = rows(f"<li><code>{onion}</code></li>" for onion in market.onions)
    key = f'<ul class="mirrors">{mirrors}</ul>\n<pre class="pgp">{market.key.armoured}</pre>'
    yield _page(market, "key.html", "Market key and mirrors", key)
    form = (
        '<form class="login" method="post"><label>User <input name="user"></label>\n'
        '<label>Password <input name="password" type="password"></label>\n'
        "<button>Log in</button></form>"
    )
    yield _page(market, "login.html", "Log in", form)
    yield _page(
        market, "busy.html", "Error", '<p class="error">The database is busy, try again.</p>'
    )
