"""Rows of result pages, thread lists and feedback tables as records; how many pages there are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from collectors import html
from collectors.generic.money import first_price
from collectors.generic.outline import Element, Outline
from collectors.generic.pairs import pairs
from collectors.generic.rows import FEWEST, Group, title_link
from collectors.generic.sellers import clean_handle, seller_in
from collectors.records import PageRecord, native_id
from collectors.text import finder

_THREAD = re.compile(
    r"(?:viewtopic|showthread|/threads?/|/topics?/|/t/[\w-]+/?\d*|[?&]topic=|thread-\d|forumdisplay)",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"[?&/](?:s-)?(?:ads?|adverts?|advertisement|anzeigen?|annonces?|annuncio|annunci|anuncios?|advertentie"
    r"|aanbod|inserat|classifieds?|listings?|offers?|offerta|oferta|oferty|ogloszenie|ogloszenia|objava"
    r"|inzerat|items?|itm|product|products|catalogue|lot|lots|iklan|tin|obyavlenie|objavlenie|goods"
    r"|adid|itemid|pid)(?:[=/-]|\.php\?id=)[^?&]{0,200}\d{2}",
    re.IGNORECASE,
)
_NUMBER_IN_ADDRESS = re.compile(
    r"[?&/](?:offer|id|item|listing|product|ad|adid|itemid|pid|p|itm|i|m|dp|anzeige)[=/-]?"
    r"([A-Za-z]{0,2}\d[\w.]{2,40})(?=$|[/?&#.])"
    r"|/(\d{4,20})(?=$|[/?&#])|[-_](\d{5,20})(?:\.html?)?(?=$|[?&#])",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:heute|gestern|today|yesterday|vandaag|gisteren|aujourd'hui|hier|hoy|ayer|oggi|ieri|dziś"
    r"|сегодня|вчера|今天|昨天)\b[^|]{0,15}"
    r"|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    r"|\d{1,3}\s?(?:minutes?|hours?|days?|weeks?|months?|min|std|tagen?) ago",
    re.IGNORECASE,
)
_FEEDBACK = finder(r"feedback|rating|review|bewertung|\bavis\b|beoordeling|opinion|recension")
_PAGER = finder(r"pag(?:e|er|inat|ing|es)|pgn")
_PAGE_OF = re.compile(
    r"\b(?:page|seite|pagina|página|strona|страница)\s+\d{1,5}\s*"
    r"(?:/|of|von|sur|de|van|di|z|из)\s*(\d{1,5})\b",
    re.I,
)


def is_thread_list(group: Group) -> bool:
    """Whether most rows link to discussions."""
    linked = [title_link(row) for row in group.rows]
    threads = sum(bool(link and _THREAD.search(link.href)) for link in linked)
    return threads * 2 > len(group.rows)


def is_item_list(group: Group) -> bool:
    """Whether most rows link to what addresses name an item: with a word such as ad, and its id."""
    linked = [title_link(row) for row in group.rows]
    items = sum(bool(link and _ITEM.search(link.href)) for link in linked)
    return items * 10 >= len(group.rows) * 6


def records(group: Group, url: str, kind: str) -> list[PageRecord]:
    """One record a row that has a title."""
    found: list[PageRecord] = []
    for row in group.rows:
        link = title_link(row)
        if link is None:
            continue
        found.append(_record(row, link, url, kind, len(found) + 1))
    return found


def _record(row: Element, link: Element, url: str, kind: str, number: int) -> PageRecord:
    address = html.absolute(url, link.href)
    fields = {"title": link.text(), "url": address}
    others = [each for each in row.inside() if each is not link]
    priced = [each for each in others if each.prices and each.small] or ([row] if row.small else [])
    if kind == "listing" and (price := _price(priced)):
        fields["price"] = price
    who = seller_in(others)
    named = _labelled_seller(row) if who is None else ""
    if who is not None:
        fields["seller"] = who.handle
        fields["seller_url"] = html.absolute(url, who.href)
    elif named:
        fields["seller"] = named
    if date := _date(row):
        fields["posted_at"] = date
    text = html.readable(row.node)
    if len(text) > len(fields["title"]) + 10:
        fields["text"] = text
    pictures = [each.node for each in row.inside() if each.tag == "img"]
    given = number_in(link.href)
    return PageRecord(
        kind=kind,
        native_id=native_id(kind, given, fields),
        locator=f"{kind} {number}",
        fields=fields,
        images=html.images(pictures, url),
        links=html.links(row.node, url),
    )


def _price(priced: Sequence[Element]) -> str:
    """The first price of a row, the words in its own element if they are few."""
    for element in sorted(priced, key=lambda each: (len(each.small), each.number)):
        if found := first_price(element.small):
            return element.small if len(element.small) <= 40 else found
    return ""


def _labelled_seller(row: Element) -> str:
    found = pairs(Outline(list(row.inside()))).get("seller", ())
    return clean_handle(found[0].text) if found else ""


def _date(row: Element) -> str:
    for element in row.inside():
        if element.tag == "time":
            return html.attribute(element.node, "datetime") or element.small
    for element in row.inside():
        if element.small and len(element.small) <= 40 and (found := _DATED.search(element.small)):
            return found.group().strip()
    return ""


def number_in(href: str) -> str:
    """The number of a listing in its address, as far as addresses show one."""
    found = _NUMBER_IN_ADDRESS.search(href)
    return next((part for part in found.groups() if part), "").rstrip(".") if found else ""


def about_feedback(text: str) -> bool:
    """Whether a heading or a class is about ratings."""
    return bool(_FEEDBACK(text))


def feedback_rows(page: Outline) -> tuple[Element, ...]:
    """The longest run of alike rows in something named feedback, ratings or reviews."""
    best: tuple[Element, ...] = ()
    for element in page.content():
        if not element.names or not _FEEDBACK(element.names) or element.chars < 60:
            continue
        for parent in (
            element,
            *(child for child in element.children if child.tag in ("tbody", "ul", "ol", "div")),
        ):
            rows = _alike(parent.children)
            if len(rows) >= FEWEST and len(rows) > len(best):
                best = rows
    return best


def _alike(children: Sequence[Element]) -> tuple[Element, ...]:
    groups: dict[tuple[str, str], list[Element]] = {}
    for child in children:
        if child.chars >= 8 and child.tag in ("tr", "li", "div", "article", "section", "p", "dl"):
            groups.setdefault(child.signature, []).append(child)
    longest: list[Element] = max(groups.values(), key=len, default=[])
    return tuple(longest)


def feedback_records(rows: Sequence[Element], seller: str) -> list[PageRecord]:
    """One record a row: its longest cell is the comment, all of it is kept as written."""
    found = []
    for number, row in enumerate(rows, 1):
        if row.tag == "tr" and all(child.tag == "th" for child in row.children):
            continue
        cells = [
            each for each in row.inside() if each.small and not each.children and not each.prices
        ]
        comment = max(cells, key=lambda each: len(each.small), default=None)
        fields = {"text": comment.small if comment is not None else row.text()}
        if seller:
            fields["seller"] = seller
        extra = {"as_written": row.text()[:500]}
        found.append(PageRecord("feedback", "", f"feedback {number}", fields, extra=extra))
    return found


def page_count(page: Outline) -> int | None:
    """How many result pages the page's own pager tells of."""
    most = 0
    for element in page.elements:
        if element.small and (found := _PAGE_OF.search(element.small)):
            most = max(most, int(found.group(1)))
        if (
            element.tag not in ("a", "strong", "span", "b", "em", "li")
            or not element.small.isdigit()
        ):
            continue
        if len(element.small) <= 5 and _in_pager(element):
            most = max(most, int(element.small))
    return max(most, _told_to_scripts(page)) or None


def _told_to_scripts(page: Outline) -> int:
    """The highest page number in attributes of pager links, such as ``data-page``."""
    most = 0
    for element in page.elements:
        if element.tag == "a" and _in_pager(element):
            for name, value in element.node.attributes.items():
                if "page" in name and value and value.isdigit() and len(value) <= 5:
                    most = max(most, int(value))
    return most


def _in_pager(element: Element) -> bool:
    here: Element | None = element
    for _ in range(5):
        if here is None:
            return False
        if here.names and _PAGER(here.names):
            return True
        here = here.parent
    return False
