"""Result pages of sites that nobody wrote an adapter for: markup first, else repeated structure."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from collectors.reading import PageReading, read_page

MENU = '<div class="top"><a href="/">Home</a> <a href="/login">Log in</a></div>'


def page(body: str, *, told: object = None) -> bytes:
    script = "" if told is None else json.dumps(told)
    head = f'<script type="application/ld+json">{script}</script>' if script else ""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Results</title>{head}</head>'
        f"<body>{MENU}{body}<footer>imprint, terms, and all that</footer></body></html>"
    ).encode()


def read(payload: bytes) -> PageReading:
    return read_page(payload, url="https://site.example/list", known=())


def cards(numbers: Iterable[int], title: str, price: str, css: str = "card") -> str:
    return "".join(
        f'<div class="{css}"><h3><a href="/ad/{n}55555">{title} {n}</a></h3><p>{price}</p></div>'
        for n in numbers
    )


def products(kind: str = "Product") -> list[dict[str, object]]:
    return [
        {
            "@type": kind,
            "name": f"Shell {n}",
            "url": f"/p/{n}0000",
            "offers": {"price": f"{n}5", "priceCurrency": "PLN", "seller": {"name": f"anna{n}"}},
        }
        for n in range(1, 5)
    ]


def positions() -> list[dict[str, object]]:
    return [{"@type": "ListItem", "position": 1, "item": item} for item in products()]


TOLD: dict[str, object] = {
    "array": products(),
    "list": {"@type": "ItemList", "itemListElement": positions()},
    "graph": {
        "@graph": [
            {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "name": "Home"}]},
            {"@type": "ItemList", "itemListElement": positions()},
        ]
    },
    "search page": {
        "@type": "SearchResultsPage",
        "mainEntity": {"@type": "ItemList", "itemListElement": products()},
    },
    "catalog": {
        "@type": "OfferCatalog",
        "itemListElement": [
            {
                "@type": "Offer",
                "itemOffered": {"@type": "Product", "name": f"Shell {n}", "url": f"/p/{n}0000"},
                "price": f"{n}5",
                "priceCurrency": "PLN",
                "seller": {"name": f"anna{n}"},
            }
            for n in range(1, 5)
        ],
    },
}


@pytest.mark.parametrize("name", sorted(TOLD))
def test_lists_told_to_machines(name: str) -> None:
    reading = read(page("<div>loading</div>", told=TOLD[name]))
    assert reading.kind == "results"
    assert [record.fields["title"] for record in reading.records] == [
        f"Shell {n}" for n in range(1, 5)
    ]
    first = reading.records[0].fields
    assert (first["price"], first["currency"], first["seller"]) == ("15", "PLN", "anna1")


MARKED = {
    "microdata": '<li itemscope itemtype="http://schema.org/Product"><a itemprop="url" '
    'href="/p/{n}0000"><b itemprop="name">Shell {n}</b></a><div itemprop="offers" itemscope '
    'itemtype="http://schema.org/Offer"><meta itemprop="priceCurrency" content="PLN">'
    '<span itemprop="price" content="{n}5">{n}5,-</span></div></li>',
    "rdfa": '<li typeof="schema:Product"><a property="schema:url" href="/p/{n}0000">'
    '<b property="schema:name">Shell {n}</b></a><div property="offers" typeof="Offer">'
    '<span property="price" content="{n}5">{n}5,-</span>'
    '<meta property="priceCurrency" content="PLN"></div></li>',
}


@pytest.mark.parametrize("name", sorted(MARKED))
def test_markup_in_the_page(name: str) -> None:
    rows = "".join(MARKED[name].format(n=n) for n in range(1, 5))
    reading = read(page(f"<ul>{rows}</ul>"))
    assert [record.fields["title"] for record in reading.records] == [
        f"Shell {n}" for n in range(1, 5)
    ]
    first = reading.records[0].fields
    assert (first["price"], first["currency"]) == ("15", "PLN")


def table() -> str:
    rows = "".join(
        f'<tr class="{"odd" if n % 2 else "even"}"><td><img src="/t{n}.jpg"></td>'
        f'<td><a href="/anzeige/{n}33333.html">Elfenbeinkette Nr. {n}</a></td>'
        f"<td>{n}.200,- EUR</td><td>Berlin</td><td>0{n}.03.2023</td></tr>"
        for n in range(1, 7)
    )
    return f"<table><tr><th>Foto</th><th>Titel</th><th>Preis</th><th>Ort</th></tr>{rows}</table>"


UNPRICED = "".join(
    f'<div class="ad"><h2><a href="/ad/{n}99999">Python baby {n}</a></h2><p>Healthy animals from '
    f"own breeding, papers can be given, call after six.</p><span>2023-03-0{n}</span></div>"
    for n in range(1, 6)
)
SIMILAR = f"<section><h2>Similar items</h2>{cards(range(1, 9), 'Other thing', '$ 10.00')}</section>"
BESIDE = f'<div><div class="t"><h2>Promoted</h2></div>{cards([8, 9], "Promo", "$9", "promo")}</div>'
ADVERT = '<div class="x"><a href="https://ads.example/x?1">Buy insurance now</a></div>'
STRUCTURE = {
    "table": (table(), 6),
    "striped": (cards([1, 3, 5], "A", "5 €", "odd") + cards([2, 4], "A", "5 €", "even"), 5),
    "set apart": (cards([1, 2], "A", "5 €", "sold ad") + cards(range(3, 8), "A", "5 €", "ad"), 7),
    "similar below": (cards(range(1, 5), "Real", "$15", "row") + SIMILAR, 4),
    "promoted above": (BESIDE + "<h2>All</h2>" + cards(range(1, 6), "Real", "$15", "row"), 5),
    "advertising among": (cards([1, 2], "A", "5 €") + ADVERT + cards([3, 4], "A", "5 €"), 4),
    "two rows": (cards([1, 2], "Leopard skin", "1 200 zł", "ad"), 2),
    "no prices": (UNPRICED, 5),
}


@pytest.mark.parametrize("name", sorted(STRUCTURE))
def test_rows_by_structure(name: str) -> None:
    body, count = STRUCTURE[name]
    reading = read(page(f'<div id="r">{body}</div>'))
    titles = [record.fields["title"] for record in reading.records]
    assert (reading.kind, len(titles)) == ("results", count)
    assert not [title for title in titles if title.startswith(("Other", "Promo", "Buy"))]


def test_similar_items_below_a_listing_are_not_the_page() -> None:
    body = (
        '<h1>Big tusk on stand</h1><p class="price">$4,500</p><p>Seller: <a href="/user/bob">bob'
        "</a></p><div>A tusk on a stand, old. Call me for it, weekends only please.</div>"
    )
    reading = read(page(body + SIMILAR))
    assert (reading.kind, len(reading.records)) == ("listing", 1)
    fields = reading.records[0].fields
    assert (fields["title"], fields["price"], fields["seller"]) == (
        "Big tusk on stand",
        "$4,500",
        "bob",
    )


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ("<h1>Search: rhino</h1><p>No results found for rhino.</p>", "You may also like"),
        ("<h1>0 Ergebnisse</h1><p>Leider keine Anzeigen gefunden.</p>", "Ähnliche Anzeigen"),
        ("<h1>носорог</h1><p>Ничего не найдено</p>", "Похожие объявления"),
    ],
)
def test_an_empty_page_is_empty_whatever_else_it_offers(said: str, beside: str) -> None:
    reading = read(page(f"{said}<h2>{beside}</h2>{cards(range(1, 9), 'Other', '$ 10')}"))
    assert (reading.kind, reading.records) == ("empty", ())


PRICES = """
EUR 1 200 € | 300€ | € 1.200,- | 45,50 € TTC | 300 ευρώ
GBP £1,200 | £300 ono
UAH 1 200 ₴ | 300 грн.
VND 1.500.000 đ | 700.000 VNĐ
IDR Rp 1.500.000 | Rp2.000.000,- | Rp 300 ribu
CHF CHF 1'200.– | Fr. 300.-
NGN ₦5,000 | NGN 7,000
KES KSh 5,000 | Ksh. 1,200
TZS TSh 50,000 | TSh. 20,000
UGX USh 50,000 | UGX 70,000
INR ₹ 12,500 | Rs. 3,000 | Rs 450
THB ฿12,000 | 12,000 บาท
JPY ¥12,800 | 12,800円 | 3千円
CNY ￥880 | 880元
KRW ₩50,000 | 50,000원 | 5만원
PHP ₱1,500 | Php 300
HUF 12 000 Ft | 900 Ft
CZK 1 200 Kč | 300,- Kč
RON 1.200 lei | 300 RON
BGN 120 лв. | 35 лв
TRY 1.200 TL | ₺300
IRR ۱۲۰٬۰۰۰ تومان
SAR 1,200 ر.س | 500 ريال
AED AED 1,200 | 500 درهم | Dhs 30
MXN MX$300 | $1,200 MXN
BRL R$ 1.200,00 | R$300
ZAR R 1,200 | R300 | R 45.00
KZT 120 000 ₸ | 5 000 тг
MYR RM 1,200 | RM300
GEL 1,200 ₾
GHS GH₵ 1,200
XAF 120 000 FCFA | 5 000 F CFA
LAK 120.000 ₭ | 5.000 ກີບ
KHR 120,000៛
LKR රු 300 | LKR 500
BDT ৳ 1,200 | Tk 300
NPR NPR 300 | रु 450
ILS 1,200 ₪ | ₪300
EGP 1,200 ج.م | 500 جنيه
ISK 500 ISK | 12.000 kr.
"""


@pytest.mark.parametrize("line", PRICES.strip().splitlines())
def test_prices_as_they_are_written(line: str) -> None:
    written = line.partition(" ")[2].split(" | ")
    rows = "".join(
        f'<div class="c"><h3><a href="/ad/{n}55555">Item number {n}</a></h3><p>{price}</p></div>'
        for n, price in enumerate(written * 3, 1)
    )
    found = [record.fields.get("price") for record in read(page(rows)).records]
    assert found == written * 3


@pytest.mark.parametrize(
    "text", ["5 ks", "3 din piele", "R32 GTI", "Model R 5", "since 2012", "tel 555 0123", "12 kg"]
)
def test_what_is_no_price(text: str) -> None:
    rows = "".join(
        f'<div class="c"><h3><a href="/ad/{n}55555">Item number {n}</a></h3><p>{text}</p></div>'
        for n in range(1, 6)
    )
    assert not [each for each in read(page(rows)).records if "price" in each.fields]
