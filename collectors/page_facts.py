"""Facts about a page as a whole that matter whoever reads it: redirects and CAPTCHA pictures."""

from __future__ import annotations

import re

from collectors import html
from collectors.html import Tree
from model.canonical import Json

_REFRESH = re.compile(r"^\s*(\d{1,6})(?:\.\d*)?\s*(?:[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']*))?", re.I)
_SAVED_FROM = re.compile(
    r"<!-- saved from url=\(\d{4}\)(\S{1,2000}) -->|Page saved with SingleFile\s+url: (\S{1,2000})"
)
_CAPTCHA_IMAGES = "img[src*=captcha i], img[class*=captcha i], img[id*=captcha i]"


def page_facts(tree: Tree, url: str) -> dict[str, Json]:
    """What the page has of these: ``refresh`` (seconds and address), ``captcha_image``, and
    ``saved_from``, the address a browser noted when saving; anybody can write that, so it is told
    and never trusted.
    """
    facts: dict[str, Json] = {}
    if saved := _SAVED_FROM.search(tree.source, 0, 4_000):
        facts["saved_from"] = saved.group(1) or saved.group(2)
    for node in html.find(tree.root, "meta[http-equiv=refresh i]"):
        if found := _REFRESH.match(html.attribute(node, "content")):
            target = (found.group(2) or "").strip()
            facts["refresh"] = {
                "seconds": int(found.group(1)),
                "url": html.absolute(url, target) if target else "",
            }
            break
    for node in html.find(tree.root, _CAPTCHA_IMAGES):
        if address := html.attribute(node, "src"):
            facts["captcha_image"] = html.absolute(url, address)
            break
    return facts
