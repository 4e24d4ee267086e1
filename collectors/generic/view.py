"""One page as the heuristics see it, looked at once, and what speaks for which kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors import html
from collectors.generic import posts as threads
from collectors.generic import results, structured
from collectors.generic.not_content import says
from collectors.generic.outline import Element, Outline, outline
from collectors.generic.pairs import Pair, pairs
from collectors.generic.posts import Post
from collectors.generic.rows import Group, groups
from collectors.generic.sellers import account_name
from collectors.generic.structured import Item
from collectors.html import Tree

ARMOUR = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
_BUTTONS = ("button", "input", "a")


@dataclass(frozen=True, slots=True)
class View:
    """One page as the heuristics see it, looked at once."""

    tree: Tree
    url: str
    page: Outline
    items: Sequence[Item]
    meta: Mapping[str, str]
    labelled: Mapping[str, tuple[Pair, ...]]
    group: Group | None
    posts: Sequence[Post]
    feedback: tuple[Element, ...]
    row_numbers: frozenset[int]

    def outside_rows(self, field: str) -> tuple[Pair, ...]:
        """Labelled values that do not stand inside a result row or a feedback row."""
        inside = self.row_numbers
        return tuple(
            pair for pair in self.labelled.get(field, ()) if pair.place.number not in inside
        )


def look(tree: Tree, url: str) -> View:
    page = outline(tree.body)
    found = groups(page)
    group = found[0] if found else None
    feedback = results.feedback_rows(page)
    rows = [*(group.rows if group else ()), *feedback]
    return View(
        tree=tree,
        url=url,
        page=page,
        items=structured.read_items(tree, url),
        meta=structured.meta(tree),
        labelled=pairs(page),
        group=group,
        posts=threads.posts(page),
        feedback=feedback,
        row_numbers=frozenset(each.number for row in rows for each in row.inside()),
    )


def good_rows(view: View) -> bool:
    """Whether the repeated elements are more than a list of links."""
    group = view.group
    if group is None:
        return False
    count = len(group.rows)
    words = sum(row.chars - row.link_chars for row in group.rows) / count
    return group.priced * 2 >= count or (count >= 4 and words >= 20)


def buttons(view: View) -> int:
    """Buttons to buy or to write to the seller, outside result rows and menus."""
    inside = view.row_numbers
    count = 0
    for element in view.page.content():
        if element.tag not in _BUTTONS or element.number in inside:
            continue
        words = element.small or html.attribute(element.node, "value")
        if 0 < len(words) <= 40 and says("buy", words):
            count += 1
    return count


def single_score(view: View) -> int:
    """What speaks for one listing: labelled price and seller, buttons, a description, markup."""
    own = sum(item.kind == "listing" and not item.listed for item in view.items)
    score = 3 * (own == 1)
    score += 2 * any(name.startswith("product:price") for name in view.meta)
    score += 2 * ("product" in view.meta.get("og:type", ""))
    score += 2 * bool(view.outside_rows("price"))
    score += 2 * bool(view.outside_rows("seller"))
    score += bool(view.outside_rows("ships_from")) + bool(view.outside_rows("ships_to"))
    score += bool(view.outside_rows("description")) + bool(view.outside_rows("quantity"))
    score += min(2, buttons(view)) + (prices_outside(view) > 0)
    return score


def prices_outside(view: View) -> int:
    inside = view.row_numbers
    return sum(
        bool(element.prices and element.small and not element.children)
        for element in view.page.content()
        if element.number not in inside
    )


def profile_score(view: View) -> int:
    """What speaks for a profile: markup, labels of an account, its words, a key, no price."""
    own = sum(item.kind == "profile" and not item.listed for item in view.items)
    score = 2 * (own == 1) + 3 * ("profile" in view.meta.get("og:type", ""))
    score += 2 * bool(view.outside_rows("joined")) + bool(view.outside_rows("last_seen"))
    score += 2 * bool(view.outside_rows("username")) + bool(view.outside_rows("rating"))
    heads = " | ".join(
        [view.tree.title]
        + [
            each.text()
            for each in view.page.elements
            if each.tag in ("h1", "h2")
            and 0 < each.chars <= 120
            # products are rated too: only the page's own heading tells of an account by it
            and (each.tag == "h1" or not results.about_feedback(each.text()))
        ]
    )
    score += 2 * says("profile_words", heads)
    score += ARMOUR in view.tree.source
    score += 2 * (bool(view.url) and account_name(view.url) is not None)
    score += bool(view.feedback)
    return score


def evidence(view: View) -> int:
    """How much speaks for content; see :func:`not_content`."""
    score = 2 * any(item.kind in ("listing", "post", "profile") for item in view.items)
    score += 2 * bool(view.posts) + 2 * good_rows(view) + 2 * (len(view.feedback) >= 3)
    one = single_score(view)
    score += 2 if one >= 4 else int(one >= 2)
    score += 2 if profile_score(view) >= 4 else 0
    return score
