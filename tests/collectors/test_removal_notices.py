"""The notice in place of a listing is told from adverts, lists and errors that use its words."""

from __future__ import annotations

import pytest

from collectors.reading import page_rows, read_page
from config.sources import Source

MENU = "<nav><a href='/'>Home</a> <a href='/new'>New ad</a></nav>"
PROSE = "<p>" + "Cast bronze figure of a heron on a marble base, signed, light wear. " * 12 + "</p>"

NOTICES = {
    "English": "This ad is no longer available.",
    "by a moderator": "This listing was removed by a moderator.",
    "not found": "Item not found",
    "expired": "The classified has expired.",
    "German": "Die Anzeige ist nicht mehr verfügbar.",
    "German, deleted": "Diese Anzeige wurde gelöscht.",
    "French": "Cette annonce n'est plus disponible.",
    "Dutch": "Deze advertentie is verwijderd.",
    "Spanish": "Este anuncio ya no está disponible.",
    "Portuguese": "Este anúncio já não está disponível.",
    "Italian": "L'annuncio non è più disponibile.",
    "Polish": "To ogłoszenie zostało usunięte.",
    "Russian": "Объявление снято с публикации.",
    "Ukrainian": "Оголошення видалено.",
    "Chinese": "该商品已下架",
    "Japanese": "この商品は削除されました",
    "Thai": "ประกาศนี้ถูกลบ",
    "Vietnamese": "Tin đăng không tồn tại",
    "Indonesian": "Iklan ini telah dihapus",
    "Turkish": "İlan yayından kaldırıldı",
}

NO_NOTICES = {
    "an advert that says so of something else": (
        "<title>Tusk</title><h1>Tusk</h1><p>Seller: <a href=/user/attic>attic</a></p>"
        "<p>Price: 120 EUR</p><p>My old ad was removed, this item is the same.</p>"
    ),
    "a sold listing that is still there": (
        "<title>Heron</title><h1>Heron</h1><p>Seller: <a href=/user/attic>attic</a></p>"
        f"<p>Price: 120 EUR</p><p>This item is no longer available.</p>{PROSE}"
    ),
    "an article about removals": (
        "<title>Why adverts vanish</title><h1>Why adverts vanish</h1>"
        f"<p>An ad that has been removed can be put up again.</p>{PROSE}"
    ),
    "no word of a listing": "<title>404</title><h1>Page not found</h1>",
    "an outage": "<title>Shop</title><p>Service temporarily unavailable</p>",
    "a seized site": "<title>Notice</title><h1>This hidden site has been seized</h1>",
    "an empty list": "<title>Search</title><h2>Search</h2><p>No listings found.</p>",
    "a login": "<title>Login</title><p>Ad not found? Log in.</p><input type=password>",
}

SHOP = Source.model_validate(
    {
        "name": "shop",
        "engine": "shop",
        "pages": {
            "item": {
                "kind": "listing",
                "when": {"select": "h1.item"},
                "fields": {"title": {"select": "h1.item"}},
            }
        },
        "signs": {"captcha": {"select": "img.captcha"}},
        "removed": [
            {"select": ".gone p"},
            {"text": "(?i)withdrawn on request", "within": ".state"},
            {"url": "[?]removed=1"},
        ],
    }
)


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_read_in_each_language(name: str) -> None:
    page = f"<title>Market</title>{MENU}<div class=box><p>{NOTICES[name]}</p></div>"
    reading = read_page(page.encode())
    assert (reading.kind, reading.records, reading.removed) == ("error", (), NOTICES[name])
    (row,) = page_rows(reading)
    assert row["removed"] == NOTICES[name]


@pytest.mark.parametrize("name", NO_NOTICES)
def test_the_same_words_elsewhere_are_no_notice(name: str) -> None:
    assert read_page(NO_NOTICES[name].encode()).removed == ""


@pytest.mark.parametrize(
    ("page", "url", "told"),
    [
        ("<div class=gone><p>Taken down, DSA notice 12/2026</p></div>", "", "Taken down, DSA"),
        (
            "<div class=state><b>Sold.</b> Withdrawn on request of customs. Thank you.</div>",
            "",
            "Withdrawn on request of customs.",
        ),
        ("<h1 class=item>Heron</h1><div class=gone><p>Removed</p></div>", "", "Removed"),
        ("<title>Sorry</title>", "http://shop.example/1?removed=1", "Sorry"),
        ("<p>x</p>", "http://shop.example/1?removed=1", "the source's sign of removal holds"),
        ("<p>Withdrawn on request</p>", "http://shop.example/1", ""),
        ("<img class=captcha><div class=gone><p>Removed</p></div>", "", ""),
    ],
)
def test_a_source_names_the_signs_of_its_own_notice(page: str, url: str, told: str) -> None:
    removed = read_page(page.encode(), source=SHOP, url=url).removed
    assert removed.startswith(told)
    assert bool(removed) is bool(told)


def test_a_long_notice_is_cut() -> None:
    page = f"<div class=gone><p>{'very ' * 50_000}gone</p></div>"
    assert len(read_page(page.encode(), source=SHOP).removed) == 300
