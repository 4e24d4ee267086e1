"""A page about one thing: title, price, seller and text of a listing, handle of a profile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from collectors import html
from collectors.generic.money import first_price
from collectors.generic.outline import Element, Outline
from collectors.generic.pairs import Pair
from collectors.generic.sellers import Seller, account_name, clean_handle, seller_in
from collectors.html import Tree
from collectors.text import finder
from config.page_words import label_fields

Pairs = Mapping[str, tuple[Pair, ...]]

_TITLE_NAMES = finder(r"(?:^|[-_ ])\w*(?:title|heading|headline|subject|itemtitle)\w*(?:$|[-_ ])")
_PRICE_NAMES = finder(r"(?:^|[-_ ])\w*(?:price|preis|prix|prijs|precio|prezzo|cena)\w*(?:$|[-_ ])")
_TEXT_NAMES = finder(
    r"(?:^|[-_ ])\w*(?:desc(?:ription)?|beschreibung|omschrijving|descripti\w+|descrizione|opis"
    r"|offerdetails|product-?details|item-?details|viewad-desc\w*|tabcontent|listing-?body"
    r"|ad-?body|post-?body|about|bio)\w*(?:$|[-_ ])"
)
_CONTACT_NAMES = finder(
    r"contact|seller|vendor|merchant|owner|advertiser|anbieter|verk[aä]ufer|userprofile|user-?info"
    r"|user-?card|profile-?(?:box|card|info)|vendeur|verkoper|vendedor|venditore"
)
_SHOWN_HANDLE = re.compile(r"\(@([\w.]{2,40})\)")
_SITE_PARTS = re.compile(r"\s+[-|–—:·»]\s+")
_PROFILE_HEAD = re.compile(
    r"^(?:(?:user |vendor |seller |member )?profile(?: of|:| for| -)?|contact|about|store of"
    r"|viewing profile[: ]"
    r"|profil(?: von| de)?|perfil de|view profile[: -]*)\s+(?P<after>\S.{0,60})$"
    r"|^(?P<before>\S.{0,60}?)(?:['’]s? (?:profile|store|shop|page|feedback)"
    r"|\s*\|\s*(?:user|vendor|seller)?\s*profile)",
    re.IGNORECASE,
)
_PROSE = ("pre", "p", "div", "section", "td", "blockquote", "article", "dd", "textarea", "span")
_INLINE = ("a", "b", "i", "br", "strong", "em", "font", "u", "span")
_HOME = re.compile(r"(?:https?://[^/]+)?(?:\./)?/?(?:[\w-]+/)?(?:index\.\w+)?", re.IGNORECASE)
_LEVELS = {"h1": 6, "h2": 5, "h3": 3, "h4": 1}


def title(tree: Tree, page: Outline, told: str = "") -> str:
    """The name of the thing: the heading that the page's title repeats, else the first big one."""
    best, best_rank = told, -1
    whole, site = tree.title.casefold(), _site_name(tree)
    for element in page.content():
        rank = _LEVELS.get(element.tag, 0)
        if element.names and _TITLE_NAMES(element.names):
            rank = max(rank, 4)
        text = element.text() if rank and 2 <= element.chars <= 300 else ""
        if not text or text.casefold().rstrip(" :") in label_fields() or element.links > 2:
            continue
        if _leads_home(element):
            continue
        if text.casefold() in whole and text.casefold() != site:
            rank += 12 * len(text) // max(1, len(whole) - len(site))
        if told and text.casefold() == told.casefold():
            rank += 10
        if rank > best_rank:
            best, best_rank = text, rank
    return best or _SITE_PARTS.split(tree.title)[0]


def _site_name(tree: Tree) -> str:
    """The shorter of the first and last part of the title; empty where it has one part only."""
    parts = _SITE_PARTS.split(tree.title)
    if len(parts) < 2:
        return ""
    return min(parts[-1], parts[0], key=len).casefold()


def _leads_home(element: Element) -> bool:
    """Whether a heading is nothing but a link to a front page: the name of the site."""
    if element.link_chars < element.chars:
        return False
    href = next((each.href for each in element.inside() if each.href), "#")
    return bool(_HOME.fullmatch(href))


def price(page: Outline, labelled: Pairs, heading: Element | None) -> str:
    """The price as written: beside its label, in an element named so, or near the title."""
    for pair in labelled.get("price", ()):
        if found := first_price(pair.text[:200]):
            return pair.text if len(pair.text) <= 60 else found
        if pair.text[:1].isdigit() and len(pair.text) <= 30:
            return pair.text
    start = heading.number if heading is not None else 0
    named = ""
    near = ""
    for element in page.content():
        if not element.prices or not element.small:
            continue
        if not named and element.names and _PRICE_NAMES(element.names):
            named = _as_shown(element)
        if not near and element.number >= start:
            near = _as_shown(element)
    return named or near


def _as_shown(element: Element) -> str:
    """The words of a short element that holds a price, else only the amount and currency."""
    return element.small if len(element.small) <= 40 else first_price(element.small)


def heading_of(page: Outline, text: str) -> Element | None:
    """The element that shows the title."""
    for element in page.content():
        if element.chars and element.small == text:
            return element
    return None


def seller(page: Outline, labelled: Pairs) -> Seller | None:
    """Who offers: beside a label, else a link to an account outside menus."""
    for pair in labelled.get("seller", ()):
        link = seller_in(pair.place.inside())
        if link is not None:
            return link
        anchor = next(
            (each for each in pair.place.inside() if each.tag == "a" and each.small), None
        )
        if anchor is not None and (handle := clean_handle(anchor.small)):
            return Seller(handle, anchor.href)
        if handle := clean_handle(pair.text.split("\n")[0][:60]):
            return Seller(handle, "")
    return seller_in(page.content()) or seller_in(_beside_content(page))


def _beside_content(page: Outline) -> Iterator[Element]:
    """What stands in a sidebar about the seller, without the site's own menus."""
    for element in page.elements:
        if element.menu and element.names and _CONTACT_NAMES(element.names):
            yield from element.inside()


def text(page: Outline, labelled: Pairs, heading: Element | None) -> str:
    """The words of the offer: under its label, in an element named so, else the content after
    the heading; menus are left out and armoured keys stay intact."""
    candidates = [pair.place for pair in labelled.get("description", ()) if pair.place.chars >= 20]
    candidates += [
        element
        for element in page.content()
        if element.names
        and element.chars >= 20
        and element.link_chars * 2 < element.chars
        and _TEXT_NAMES(element.names)
    ]
    if candidates:
        best = max(candidates, key=lambda each: (each.chars - 2 * each.link_chars, -each.number))
        return html.readable(_kernel(best).node)
    prose = _prose_after(page, heading) if heading is not None else None
    return html.readable(prose.node) if prose is not None else main_text(page, heading)


def _prose_after(page: Outline, heading: Element) -> Element | None:
    """The element with the most running text after the heading, with the paragraphs beside it."""
    best: Element | None = None
    most = 20
    for element in page.content():
        if element.number > heading.number and element.tag in _PROSE and not element.prices:
            words = len(element.own) + sum(c.chars for c in element.children if c.tag in _INLINE)
            if words > most and element.link_chars * 2 < element.chars:
                best, most = element, words
    parent = best.parent if best is not None else None
    if parent is None or parent.number <= heading.number or _holds(parent, heading):
        return best
    beside = sum(child.chars for child in parent.children if child.tag == "p")
    return parent if beside > most and beside * 10 >= parent.chars * 8 else best


def _kernel(element: Element) -> Element:
    """The innermost element that still holds nearly all of the words: no heading, no tags."""
    while True:
        inner = max(element.children, key=lambda each: each.chars, default=None)
        if inner is None or inner.chars * 10 < element.chars * 8:
            return element
        element = inner


def main_text(page: Outline, heading: Element | None) -> str:
    """The readable text of the smallest region that holds most of what is no menu."""
    region = page.body
    total = _content_chars(region)
    while True:
        inner = max(region.children, key=_content_chars, default=None)
        if inner is None or _content_chars(inner) * 10 < total * 8:
            break
        if heading is not None and not _holds(inner, heading):
            break
        region = inner
    if region is page.body or any(child.menu for child in region.children):
        parts = [html.readable(child.node) for child in region.children if not child.menu]
        return "\n".join([part for part in [region.own, *parts] if part])
    return html.readable(region.node)


def _content_chars(element: Element) -> int:
    return 0 if element.menu else element.chars


def _holds(region: Element, element: Element) -> bool:
    here: Element | None = element
    while here is not None:
        if here is region:
            return True
        here = here.parent
    return False


def profile_handle(tree: Tree, page: Outline, labelled: Pairs, url: str) -> Seller | None:
    """Whose profile the page is: by its address, labels, headings, or the account it links most."""
    own = account_name(url) if url else None
    if own and clean_handle(own):
        return Seller(clean_handle(own), url)
    for pair in labelled.get("username", ()):
        if handle := clean_handle(pair.text.split(" (")[0]):
            return Seller(handle, "")
    heads = [
        each.text()
        for each in page.elements
        if each.tag in ("h1", "h2", "h3") and 0 < each.chars <= 120
    ]
    for head in [*heads, tree.title]:
        if shown := _SHOWN_HANDLE.search(head):
            return Seller(shown.group(1), "")
        found = _PROFILE_HEAD.search(head)
        named = (found.group("after") or found.group("before") or "") if found else ""
        if handle := clean_handle(_SITE_PARTS.split(named)[0]):
            return Seller(handle, "")
    linked = _most_linked(page)
    if linked is None and (own is not None or "joined" in labelled):
        return _headed(tree, page)
    return linked


def _headed(tree: Tree, page: Outline) -> Seller | None:
    """The heading of a page that is certainly about an account."""
    handle = clean_handle(title(tree, page))
    return Seller(handle, "") if handle else None


def _most_linked(page: Outline) -> Seller | None:
    counts: dict[str, int] = {}
    places: dict[str, str] = {}
    for element in page.content():
        name = account_name(element.href) if element.href else None
        handle = clean_handle(name) if name else ""
        if handle:
            counts[handle] = counts.get(handle, 0) + 1
            places.setdefault(handle, element.href)
    best = max(counts, key=lambda handle: counts[handle], default="")
    return Seller(best, places[best]) if best and counts[best] >= 2 else None
