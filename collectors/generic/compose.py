"""Records out of a page whose kind is known: one maker a kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from collectors import html
from collectors.generic import results, single
from collectors.generic.outline import Element
from collectors.generic.sellers import Seller
from collectors.generic.structured import Item
from collectors.generic.view import ARMOUR, View
from collectors.records import PageRecord, in_thread, native_id
from model.canonical import Json
from model.evidence import Image

Records = tuple[list[PageRecord], list[PageRecord]]
"""The records of a page, and those on the side."""

_LEVELS_UP = 4
"""How far above its first line the whole of a key is looked for."""


def _told(view: View, kind: str) -> Item | None:
    """What the markup for machines says of the thing the page is about."""
    for item in view.items:
        if item.kind == kind and not item.listed:
            return item
    return None


def _listing(view: View) -> Records:
    told = _told(view, "listing")
    fields: dict[str, str] = dict(told.fields) if told else {}
    meta = view.meta
    fields["title"] = fields.get("title") or single.title(
        view.tree, view.page, meta.get("og:title", "")
    )
    heading = single.heading_of(view.page, fields["title"])
    if not fields.get("price"):
        amount = meta.get("product:price:amount") or meta.get("og:price:amount")
        fields["price"] = amount or single.price(view.page, view.labelled, heading)
        if amount:
            fields["currency"] = meta.get("product:price:currency") or meta.get(
                "og:price:currency", ""
            )
    if not fields.get("seller"):
        fields |= _who(single.seller(view.page, view.labelled), view.url)
    for name in ("ships_from", "ships_to", "category", "posted_at"):
        pair = next(iter(view.outside_rows(name)), None)
        if pair is not None and not fields.get(name) and 0 < len(pair.text) <= 200:
            fields[name] = pair.text
    shown = single.text(view.page, view.labelled, heading)
    if len(shown) > len(fields.get("text", "")):
        fields["text"] = shown
    fields["url"] = fields.get("url") or meta.get("og:url") or meta.get("canonical", "") or view.url
    fields = {name: value for name, value in fields.items() if value}
    given = (told.native_id if told else "") or results.number_in(fields.get("url", ""))
    record = PageRecord(
        kind="listing",
        native_id=native_id("listing", given, fields),
        locator="",
        fields=fields,
        images=(told.images if told else ()) or _images(view),
        links=_links(view),
        extra=dict(told.extra) if told else {},
    )
    return [record], []


def _who(who: Seller | None, url: str) -> dict[str, str]:
    if who is None:
        return {}
    return {"seller": who.handle} | (
        {"seller_url": html.absolute(url, who.href)} if who.href else {}
    )


def _images(view: View) -> tuple[Image, ...]:
    """Pictures outside menus, without icons, at most twenty."""
    found = [each.node for each in view.page.content() if each.tag == "img" and not _is_icon(each)]
    return html.images(found[:20], view.url)


_ICON = re.compile(r"icon|logo|avatar|sprite|star|smil|emoji|flag|badge|pixel|spacer|button", re.I)


def _is_icon(image: Element) -> bool:
    attributes = image.node.attributes
    width = (attributes.get("width") or "").removesuffix("px")
    small = width.isdigit() and int(width) < 48
    return small or bool(_ICON.search(f"{attributes.get('src') or ''} {image.names}"))


def _links(view: View) -> tuple[str, ...]:
    """Addresses linked to outside menus."""
    found: dict[str, None] = {}
    for element in view.page.content():
        if (
            element.tag == "a"
            and element.href
            and not element.href.startswith(("#", "javascript:", "data:"))
        ):
            found[html.absolute(view.url, element.href)] = None
    return tuple(found)[: html.MAX_LINKS]


def _profile_record(view: View) -> PageRecord:
    told = _told(view, "profile")
    fields: dict[str, str] = dict(told.fields) if told else {}
    fields["seller"] = fields.get("seller") or view.meta.get("profile:username", "")
    if not fields["seller"]:
        fields |= _who(
            single.profile_handle(view.tree, view.page, view.labelled, view.url), view.url
        )
    shown = single.text(view.page, view.labelled, None)
    if ARMOUR in view.tree.source and ARMOUR not in shown:
        shown = "\n\n".join([part for part in (shown, _armoured(view)) if part])
    if len(shown) > len(fields.get("text", "")):
        fields["text"] = shown
    extra: dict[str, Json] = dict(told.extra) if told else {}
    for name in ("joined", "last_seen", "rating"):
        if pair := next(iter(view.outside_rows(name)), None):
            extra[name] = pair.text[:100]
    fields.pop("title", None)
    fields = {name: value for name, value in fields.items() if value}
    return PageRecord(
        "profile", fields.get("seller", ""), "", fields, links=_links(view), extra=extra
    )


def _armoured(view: View) -> str:
    """The text of the smallest element that holds a whole armoured key."""
    for element in view.page.elements:
        if ARMOUR not in element.own:
            continue
        here: Element | None = element
        for _ in range(_LEVELS_UP):
            if here is None:
                break
            text = html.readable(here.node)
            if "-----END PGP PUBLIC KEY BLOCK-----" in text:
                return text
            here = here.parent
    return ""


def _profile_page(view: View) -> Records:
    record = _profile_record(view)
    return [record, *results.feedback_records(view.feedback, record.fields.get("seller", ""))], []


def _feedback_page(view: View) -> Records:
    record = _profile_record(view)
    seller = record.fields.get("seller", "")
    return results.feedback_records(view.feedback, seller), [record] if seller else []


def _results_page(view: View) -> Records:
    told = [item for item in view.items if item.kind == "listing" and item.fields.get("title")]
    rows: list[PageRecord] = []
    if view.group is not None:
        kind = "thread" if results.is_thread_list(view.group) else "listing"
        rows = results.records(view.group, view.url, kind)
    if len(told) > max(len(rows), 1):
        return [_told_row(item, number) for number, item in enumerate(told, 1)], []
    known = {item.fields.get(name): item for item in reversed(told) for name in ("title", "url")}
    known.pop(None, None)
    return [_completed(row, known) for row in rows], []


def _completed(row: PageRecord, told: Mapping[str | None, Item]) -> PageRecord:
    """The row with what the markup for machines tells of the same thing and the row does not."""
    item = told.get(row.fields.get("url")) or told.get(row.fields.get("title"))
    if item is None:
        return row
    missing = {
        name: item.fields[name]
        for name in ("price", "currency", "seller", "seller_url", "posted_at", "ships_from")
        if name in item.fields and not (name == "currency" and "price" in row.fields)
    }
    return replace(row, fields={**missing, **row.fields})


def _told_row(item: Item, number: int) -> PageRecord:
    fields = dict(item.fields)
    given = item.native_id or results.number_in(fields.get("url", ""))
    return PageRecord(
        kind="listing",
        native_id=native_id("listing", given, fields),
        locator=f"listing {number}",
        fields=fields,
        images=item.images,
        extra=dict(item.extra),
    )


def _thread_page(view: View) -> Records:
    """The thread with its title and who opened it, then a record a post."""
    title = single.title(view.tree, view.page, view.meta.get("og:title", ""))
    found: list[PageRecord] = []
    for number, post in enumerate(view.posts, 1):
        fields = {
            "title": title,
            "text": html.readable(post.body.node),
            **_who(post.author, view.url),
        }
        if post.posted_at:
            fields["posted_at"] = post.posted_at
        found.append(
            PageRecord(
                kind="post",
                native_id=post.element.node.attributes.get("id") or "",
                locator=f"post {number}",
                fields=fields,
                links=html.links(post.body.node, view.url),
            )
        )
    if not found:
        told = [item for item in view.items if item.kind == "post"]
        found = [
            PageRecord("post", item.native_id, f"post {number}", {"title": title, **item.fields})
            for number, item in enumerate(told, 1)
        ]
    opening = found[0].fields if found else {}
    kept = {
        name: opening[name] for name in ("seller", "seller_url", "posted_at") if name in opening
    }
    fields = {"title": title, **kept, **({"url": view.url} if view.url else {})}
    thread = PageRecord("thread", results.number_in(view.url), "", fields)
    return [thread, *(in_thread(post, thread) for post in found)], []


def _post_page(view: View) -> Records:
    told = _told(view, "post") or _told(view, "page")
    return [_reading_matter(view, "post", dict(told.fields) if told else {})], []


def _page(view: View) -> Records:
    return [_reading_matter(view, "page", {})], []


def _reading_matter(view: View, kind: str, fields: dict[str, str]) -> PageRecord:
    """Title and main text of a page to be read."""
    fields["title"] = fields.get("title") or single.title(
        view.tree, view.page, view.meta.get("og:title", "")
    )
    shown = single.main_text(view.page, None)
    if len(shown) > 2 * len(fields.get("text", "")):
        fields["text"] = shown
    fields["url"] = fields.get("url") or view.url
    fields = {name: value for name, value in fields.items() if value}
    return PageRecord(kind, "", "", fields, images=_images(view), links=_links(view))


READERS: Mapping[str, Callable[[View], Records]] = {
    "listing": _listing,
    "profile": _profile_page,
    "feedback": _feedback_page,
    "results": _results_page,
    "thread": _thread_page,
    "post": _post_page,
    "page": _page,
}
