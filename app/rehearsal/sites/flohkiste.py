"""Flohkiste: a classifieds site on the clear net, adverts in the languages of their sellers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from app.rehearsal.adverts import about
from app.rehearsal.nouns import CLASSIFIEDS as NAME
from app.rehearsal.nouns import Account, Advert, World
from app.rehearsal.sites.html import Page, link, page, pieces, rows, text

_PER_PAGE = 25
_STYLE = (
    "body{font:15px serif;color:#333;margin:0 auto;max-width:52em}"
    "#kopf{background:#2a7;padding:.8em}"
    "#kopf a{color:#fff;margin-right:1em}.anzeige{border-bottom:1px solid #ddd;padding:.6em 0}"
    ".preis{font-weight:bold;color:#a30}.daten th{text-align:left;padding-right:1em}"
)


def pages(world: World) -> Iterator[Page]:
    """Every page of the site."""
    adverts = [item for item in world.adverts if item.platform == NAME]
    accounts = {item.handle: item for item in world.accounts if item.platform == NAME}
    stock: dict[str, list[Advert]] = defaultdict(list)
    for advert in adverts:
        stock[advert.seller].append(advert)
    yield from _search(adverts, accounts)
    for advert in adverts:
        yield _advert(advert, accounts[advert.seller])
    for account in accounts.values():
        yield _seller(world, account, stock[account.handle])
    yield from _house()


def _page(path: str, title: str, body: str, language: str = "de") -> Page:
    head = (
        f'<div id="kopf">{link(f"{NAME}/", "Flohkiste")} '
        f"{link(f'{NAME}/suche/seite-1.html', 'Alle Anzeigen')} "
        f"{link(f'{NAME}/anmelden.html', 'Anmelden')}</div>"
    )
    foot = "<p><small>Flohkiste · Kleinanzeigen · Keine Haftung für Inhalte</small></p>"
    return page(
        f"{NAME}/{path}", f"{title} – Flohkiste", f"{head}\n{body}\n{foot}",
        style=_STYLE, language=language,
    )  # fmt: skip


def _search(adverts: Sequence[Advert], accounts: Mapping[str, Account]) -> Iterator[Page]:
    newest = sorted(adverts, key=lambda item: (item.posted, item.listing_id), reverse=True)
    for number, count, part in pieces(newest, _PER_PAGE):
        found = rows(_found(advert, accounts[advert.seller]) for advert in part)
        others = " ".join(
            link(f"{NAME}/suche/seite-{other}.html", other) for other in range(1, count + 1)
        )
        body = (
            f'<div id="treffer">{found}</div>\n'
            f'<p id="seiten">Seite {number} von <span>{count}</span> {others}</p>'
        )
        yield _page(f"suche/seite-{number}.html", f"Anzeigen, Seite {number}", body)
        if number == 1:
            yield _page("index.html", "Kleinanzeigen", body)


def _found(advert: Advert, seller: Account) -> str:
    return (
        f'<div class="anzeige" id="a{advert.listing_id}">'
        f"{link(f'{NAME}/anzeige/{advert.listing_id}.html', advert.title, 'titel')} "
        f'<span class="preis">{text(advert.written)}</span> '
        f"{link(f'{NAME}/anbieter/{seller.native_id}.html', advert.seller, 'anbieter')}</div>"
    )


def _advert(advert: Advert, seller: Account) -> Page:
    facts = {
        "Preis": f'<span class="preis">{text(advert.written)}</span>',
        "Ort": f'<span class="land">{text(advert.ships_from)}</span>',
        "Rubrik": text(advert.category),
        "Eingestellt": advert.posted.strftime("%d.%m.%Y"),
        "Anzeigennummer": advert.listing_id,
        "Anbieter": link(f"{NAME}/anbieter/{seller.native_id}.html", advert.seller),
    }
    table = rows(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts.items())
    body = (
        f'<h1 class="betreff">{text(advert.title)}</h1>\n<table class="daten">{table}</table>\n'
        f'<div class="beschreibung">{text(advert.text)}</div>'
    )
    return _page(f"anzeige/{advert.listing_id}.html", advert.title, body, advert.language)


def _seller(world: World, account: Account, stock: Sequence[Advert]) -> Page:
    offers = rows(_found(item, account) for item in stock)
    body = (
        f'<h1 class="profil">{text(account.handle)}</h1>\n'
        f'<p>Anbieter <span class="nummer">{account.native_id}</span>, dabei seit '
        f'<span class="seit">{account.joined.strftime("%d.%m.%Y")}</span></p>\n'
        f'<div class="ueber">{text(about(world.seed, account))}</div>\n'
        f'<div id="angebote">{offers}</div>'
    )
    return _page(f"anbieter/{account.native_id}.html", account.handle, body)


def _house() -> Iterator[Page]:
    form = (
        '<form class="anmeldung" method="post"><input name="mail" type="email">\n'
        '<input name="kennwort" type="password"><button>Anmelden</button></form>'
    )
    yield _page("anmelden.html", "Anmelden", form)
    yield _page("fehler.html", "Fehler", '<p class="fehler">Diese Anzeige ist gelöscht.</p>')
