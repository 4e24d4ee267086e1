"""What a message carries besides words: named, never fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors import html
from collectors.html import Node
from model.canonical import Json
from model.evidence import Image

_BACKGROUND = re.compile(r"background-image\s*+:\s*+url\(\s*+['\"]?([^'\")]{1,2000})", re.I)
_MOST = 100
_KINDS = (
    ("a.tgme_widget_message_photo_wrap", "photo"),
    (".tgme_widget_message_video_player", "video"),
    (".tgme_widget_message_roundvideo_player", "video message"),
    ("audio.tgme_widget_message_voice", "voice"),
    (".tgme_widget_message_document", "document"),
    (".tgme_widget_message_location_wrap", "location"),
    (".tgme_widget_message_contact", "contact"),
    (".tgme_widget_message_sticker", "sticker"),
    (".tgme_widget_message_tgsticker", "sticker"),
    (".tgme_widget_message_videosticker", "sticker"),
)


def images(node: Node) -> tuple[Image, ...]:
    """The photographs of a message; not avatars, nor pictures of pages it links to."""
    found = (_background(one) for one in html.find(node, "a.tgme_widget_message_photo_wrap"))
    return tuple(Image(url) for url in dict.fromkeys(found) if url)[:_MOST]


def media(node: Node) -> list[Json]:
    """Each thing carried: its kind, and address, name, length or place where they are told."""
    found: list[Json] = []
    for selector, kind in _KINDS:
        for one in html.find(node, selector):
            told = {"kind": kind, **_about(one, kind)}
            if len(found) < _MOST:
                found.append({key: value for key, value in told.items() if value})
    return found


def _about(one: Node, kind: str) -> dict[str, str]:
    if kind == "photo":
        return {"url": _background(one)}
    if kind in ("video", "video message"):
        film, still = html.first(one, "video[src]"), html.first(one, "i[style]")
        return {
            "url": html.attribute(film, "src") if film is not None else "",
            "still": _background(still) if still is not None else "",
            "length": _line(one, "time"),
        }
    if kind == "voice":
        return {"url": html.attribute(one, "src"), "length": html.attribute(one, "data-duration")}
    if kind == "document":
        return {
            "name": _line(one, ".tgme_widget_message_document_title"),
            "about": _line(one, ".tgme_widget_message_document_extra"),
        }
    if kind == "location":
        return {"url": html.attribute(one, "href")}
    return {"name": html.line(one)[:500]} if kind == "contact" else {}


def poll(node: Node) -> dict[str, Json]:
    """Question, kind and answers of a poll; each answer with its share as shown."""
    top = html.first(node, ".tgme_widget_message_poll")
    if top is None:
        return {}
    answers: list[Json] = list(_answers(top))
    return {
        "question": _line(top, ".tgme_widget_message_poll_question"),
        "kind": _line(top, ".tgme_widget_message_poll_type"),
        "answers": answers[:_MOST],
    }


def _answers(top: Node) -> Iterator[dict[str, Json]]:
    for one in html.find(top, ".tgme_widget_message_poll_option"):
        yield {
            "text": _line(one, ".tgme_widget_message_poll_option_text"),
            "share": _line(one, ".tgme_widget_message_poll_option_percent"),
        }


def _background(node: Node) -> str:
    found = _BACKGROUND.search(html.attribute(node, "style"))
    address = found[1].strip() if found else ""
    if address.startswith("//"):
        return f"https:{address}"
    return address if address.startswith(("https://", "http://")) else ""


def _line(node: Node, selector: str) -> str:
    found = html.first(node, selector)
    return html.line(found) if found is not None else ""
