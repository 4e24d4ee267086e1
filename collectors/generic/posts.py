"""Forum threads and comment pages: posts with their authors, dates and text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collectors import html
from collectors.generic.outline import Element, Outline
from collectors.generic.sellers import Seller, account_name, clean_handle, seller_in
from collectors.text import finder

_POST = finder(
    r"(?:^|[-_ ])(?:posts?|postbit\w*|posting|message|comment|reply|topic-post|crawler-post"
    r"|post[-_]?(?:wrapper|container|item|row)|postcontainer|tweet|status|entry)(?:$|[-_ \d])"
)
_BODY = finder(
    r"(?:^|[-_ ])(?:content|body|text|post|inner"
    r"|postcontent|post[-_]?(?:body|content|text|message)|postbody|cooked"
    r"|message[-_]?(?:body|content|text)|bbwrapper|postrow|comment[-_]?(?:body|content|text)"
    r"|article|tweet-?text|entry-content)(?:$|[-_ ])"
)
_AUTHOR = finder(
    r"(?:^|[-_ ])(?:author|username\w*|poster|creator|user-?name|nick(?:name)?|byline"
    r"|post[-_]?author|message-name|displayname|fullname)(?:$|[-_ ])"
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2}:\d\d"
    r"|(?:\d{1,2}\.? )?(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])[a-z.]* \d"
    r"|\d+\s?(?:s|sec|m|min|minutes?|h|hours?|d|days?|w|weeks?|months?|years?)\b(?: ago)?"
    r"|\d{4}年\d{1,2}月",
)


@dataclass(frozen=True, slots=True)
class Post:
    """One post: the element, who wrote it, when (as written) and the element of its text."""

    element: Element
    author: Seller | None
    posted_at: str
    body: Element


def posts(page: Outline) -> list[Post]:
    """The posts of a thread; empty where the page is none."""
    candidates = _candidates(page)
    found = [_post(element) for element in candidates]
    written = [post for post in found if post.author is not None and post.body.chars > 0]
    dated = sum(bool(post.posted_at) for post in written)
    if not written or dated * 2 < len(written):
        return []
    return written if len(written) >= 2 or _is_whole(written[0]) else []


def _is_whole(post: Post) -> bool:
    """Whether a lone post has all that a post has, each in a place of its own."""
    return bool(post.posted_at) and post.body is not post.element and len(post.element.names) < 60


def _candidates(page: Outline) -> Sequence[Element]:
    """Outermost elements named as posts that repeat; a container of posts is not one of them."""
    named = [
        element
        for element in page.content()
        if element.names and element.chars >= 10 and _POST(element.names)
    ]
    alike: dict[tuple[int, tuple[str, str]], list[Element]] = {}
    for element in named:
        alike.setdefault((element.depth, element.signature), []).append(element)
    groups = sorted(alike.values(), key=_rank)
    return groups[-1] if groups else ()


def _rank(group: Sequence[Element]) -> tuple[bool, int, int]:
    """Several before one; of several the most text, of lone ones the innermost."""
    chars = sum(element.chars for element in group)
    return (True, chars, 0) if len(group) >= 2 else (False, group[0].number, chars)


def _post(element: Element) -> Post:
    inside = list(element.inside())
    body = _body(inside)
    outside = [each for each in inside if not _is_inside(each, body) or body is element]
    return Post(element, _author(outside), _date(outside), body)


def _body(inside: Sequence[Element]) -> Element:
    """The innermost element named as content that still holds most of what such elements hold."""
    bodies = [each for each in inside[1:] if each.names and _BODY(each.names) and each.chars]
    best = max(bodies, key=lambda each: (each.chars, -each.number), default=inside[0])
    for each in bodies:
        if each.number > best.number and each.chars * 2 >= best.chars and _is_inside(each, best):
            best = each
    return best


def _is_inside(element: Element, other: Element) -> bool:
    here: Element | None = element
    while here is not None and here.number >= other.number:
        if here is other:
            return True
        here = here.parent
    return False


def _author(elements: Sequence[Element]) -> Seller | None:
    """An element classed as author, else the first link to an account."""
    named = [
        element
        for element in elements
        if element.names and _AUTHOR(element.names) and 0 < element.chars <= 80
    ]
    for element in sorted(named, key=lambda each: (each.chars, each.number)):
        if any(character.isalnum() for character in element.small):
            link = seller_in(element.inside())
            if link is not None:
                return link
            href = next((each.href for each in element.inside() if each.href), "")
            text = element.small.removeprefix("by ").split("»")[0]
            if handle := clean_handle(text):
                return Seller(handle, href if account_name(href) is not None else "")
    return seller_in(elements)


def _date(elements: Sequence[Element]) -> str:
    """A time element's machine date, a title that is a date, else the first short dated text."""
    for element in elements:
        if element.tag in ("time", "abbr", "relative-time"):
            attributes = element.node.attributes
            return attributes.get("datetime") or attributes.get("title") or element.small
    for element in elements:
        if element.small and len(element.small) <= 60 and _DATE.search(element.small):
            written = html.attribute(element.node, "title")
            return written if _DATE.search(written) else element.small
    return ""
