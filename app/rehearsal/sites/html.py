"""Puts pages together: every text escaped, every page marked as made up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TypeVar

from app.rehearsal.nouns import Account, Market
from vault.captures import MARKER

T = TypeVar("T")

STAMP = MARKER.decode("ascii")
Page = tuple[str, bytes]
"""A path below the server's root, and what is served there."""


def text(value: object) -> str:
    """Escaped, line breaks as ``<br>``."""
    return escape(str(value)).replace("\n", "<br>\n")


def link(path: str, label: object, css: str = "") -> str:
    kind = f' class="{css}"' if css else ""
    return f'<a{kind} href="/{escape(path)}">{text(label)}</a>'


def keys(account: Account, market: Market, css: str) -> str:
    """The account's key, and the market's own where its page repeats that one."""
    own = [account.key.armoured] if account.key else []
    house = [market.key.armoured] if account.market_key else []
    blocks = [f'<pre class="{css}">{block}</pre>' for block in own]
    blocks += [
        f'<pre class="{css}">Market key, to check its mirrors:\n{key}</pre>' for key in house
    ]
    return "\n".join(blocks)


def rows(items: Iterable[str]) -> str:
    return "\n".join(items)


def page(path: str, title: str, body: str, *, style: str, language: str = "en") -> Page:
    """A whole page at ``path``, marked in a comment and as its generator."""
    content = f"""<!DOCTYPE html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="generator" content="{STAMP}">
<meta name="viewport" content="width=device-width">
<title>{text(title)}</title>
<style>{style}</style>
</head>
<body>
<!-- {STAMP}: everything on this page is made up -->
{body}
</body>
</html>
"""
    return path, content.encode()


def pieces(items: Sequence[T], size: int) -> Iterator[tuple[int, int, Sequence[T]]]:
    """Result pages: number from 1, how many there are, and what stands on it."""
    count = max(1, -(-len(items) // size))
    for number in range(1, count + 1):
        yield number, count, items[(number - 1) * size : number * size]
