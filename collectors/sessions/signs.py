"""Whether a page still shows what pages show while a session is valid."""

from __future__ import annotations

from collectors import html
from collectors.engines import places
from config.sources import Source
from model.errors import Skip


def session_lost(source: Source, payload: bytes, *, url: str = "", content_type: str = "") -> bool:
    """Whether a page has none of the signs that ``session`` names; False where it names none.

    Ask only of a page of content that was asked for with the session's cookies: it is parsed.
    """
    if not source.session:
        return False
    try:
        tree = html.parse(payload, content_type)
    except Skip:
        return False
    return not any(places.holds(sign, tree, url) for sign in source.session)
