"""All pages of a made-up world, from the front page of its server to the last thread."""

from __future__ import annotations

from collections.abc import Iterator

from app.rehearsal.nouns import PLATFORMS, World
from app.rehearsal.sites import flohkiste, lounge, meridian, nightjar
from app.rehearsal.sites.html import STAMP, Page, link, page, rows

SITES = {module.NAME: module for module in (nightjar, meridian, flohkiste, lounge)}
_ROBOTS = """# {stamp}
User-agent: *
Disallow: /nightjar/login.html
Disallow: /meridian/sign-in/
Disallow: /flohkiste/anmelden.html
Disallow: /lounge/login.html
"""


def world_pages(world: World) -> Iterator[Page]:
    """Path and bytes of every page; each carries the stamp of made-up material."""
    yield "robots.txt", _ROBOTS.format(stamp=STAMP).encode()
    yield _front()
    for module in SITES.values():
        yield from module.pages(world)


def _front() -> Page:
    items = rows(f"<li>{link(f'{name}/', name.title())}</li>" for name in PLATFORMS)
    body = f"<h1>A made-up world</h1>\n<p>For training and tests only.</p>\n<ul>{items}</ul>"
    return page("index.html", "A made-up world", body, style="body{font:16px sans-serif}")
