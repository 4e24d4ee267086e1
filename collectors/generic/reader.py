"""Reads any page by its structure: what kind it is, and what can be said of it with some safety."""

from __future__ import annotations

from collectors import html
from collectors.generic import results, single
from collectors.generic.compose import READERS
from collectors.generic.not_content import not_content, removed_notice
from collectors.generic.view import (
    View,
    buttons,
    evidence,
    good_rows,
    look,
    prices_outside,
    profile_score,
    single_score,
)
from collectors.html import Tree
from collectors.page_facts import page_facts
from collectors.records import PageReading

ADAPTER = "generic"
_UNPRICED = 4
"""Rows without a price count as offers from so many on, where their addresses say so."""


def read(tree: Tree, url: str) -> PageReading:
    """The page by markup for machines where it has any, else by structure; always some reading."""
    view = look(tree, url)
    kind = not_content(tree, view.page, evidence=evidence(view)) or _kind(view)
    records, asides = READERS[kind](view) if kind in READERS else ([], [])
    if kind == "results" and not records:
        kind = "page"
        records, asides = READERS["page"](view)
    return PageReading(
        kind=kind,
        adapter=ADAPTER,
        url=url,
        platform=html.host(url).removeprefix("www."),
        records=tuple(records),
        asides=tuple(asides),
        issues=tree.issues,
        pages=results.page_count(view.page) if kind == "results" else None,
        hosts=html.hosts(tree.source),
        title=tree.title,
        encoding=tree.encoding,
        extra=page_facts(tree, url),
        removed=removed_notice(tree, view.page) if kind == "error" else "",
    )


def _kind(view: View) -> str:
    """The kind of a page with content, by what speaks most for it."""
    listed = sum(item.listed and item.kind == "listing" for item in view.items)
    unlisted = [item for item in view.items if not item.listed]
    listings = sum(item.kind == "listing" for item in unlisted)
    if listed >= 2 or listings >= 3:
        return "results"
    if listings:
        return "listing"
    if view.posts or sum(item.kind == "post" for item in unlisted) >= 2:
        return "thread"
    return _kind_by_structure(view)


def _kind_by_structure(view: View) -> str:
    """Without markup for machines: the first kind in this order for which enough speaks."""
    one, who = single_score(view), profile_score(view)
    rows = view.group if good_rows(view) else None
    content = max(1, view.page.content_chars)
    only_feedback = sum(row.chars for row in view.feedback) * 2 > content
    most = rows is not None and rows.chars * 2 > content
    priced = rows is not None and rows.priced >= 2
    account = who >= max(one, 3 if one else 2)
    signs = {
        "results": priced and (one < 5 or most) and who < 3,
        "feedback": only_feedback and (account or one < 4),
        "profile": account,
        "listing": one >= 4 or (one >= 2 and prices_outside(view) > 0),
        "post": any(item.kind == "post" for item in view.items)
        or "article" in view.meta.get("og:type", ""),
    }
    kind = next((kind for kind, holds in signs.items() if holds), "")
    if not kind and rows is not None and (priced or results.is_thread_list(rows)):
        return "results"
    if not kind and rows is not None and len(rows.rows) >= _UNPRICED and results.is_item_list(rows):
        return "results"
    return kind or ("listing" if _bare_listing(view) else "page")


def _bare_listing(view: View) -> bool:
    """A page without labels still is a listing if a heading, one price and a picture are there."""
    if not 1 <= prices_outside(view) <= 4 or view.page.body.chars > 20_000:
        return False
    heading = any(each.tag in ("h1", "h2") and each.chars for each in view.page.content())
    return heading and (buttons(view) > 0 or single.seller(view.page, view.labelled) is not None)
