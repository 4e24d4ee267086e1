"""Pages that are no content: logins, CAPTCHAs, waiting rooms, errors, nothing at all.

A word alone proves nothing: adverts mention captchas and shops link to their login. A page is no
content only where it has little to read, nothing that looks like a record, and says what it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

from collectors import html
from collectors.generic.outline import Outline
from collectors.html import Tree
from config.page_words import page_words

_CAPTCHA_MARKS = (
    "input[name*=captcha i], input[id*=captcha i], input[placeholder*=captcha i], "
    "img[src*=captcha i], img[class*=captcha i], img[alt*=captcha i], .g-recaptcha, .h-captcha, "
    ".cf-turnstile, iframe[src*=captcha i], [id*=captcha i], [class*=captcha i], "
    "form[action*=captcha i]"
)
_QUEUE_MARKS = (
    "#cf-wrapper, #challenge-form, #cf-challenge-running, .cf-browser-verification, #ddg-captcha"
)
_STATUS = re.compile(
    r"(?:error|http|status|fehler|erreur|fout|errore|ошибка|错误)\W{0,3}(?:code\W{0,3})?[45]\d\d\b"
    r"|\b[45]\d\d\W{0,3}(?:error|not found|forbidden|unauthori[sz]ed|bad|service|internal|gateway"
    r"|page|too many|nicht gefunden|introuvable)|(?:^|\| )[45]\d\d(?: \||$)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?。！？\n])")
_LONGEST_NOTICE = 200
_LITTLE = 1_500
_VERY_LITTLE = 400
_NOTHING = 25


@lru_cache(maxsize=16)
def _pattern(name: str) -> Any:
    """One pattern of all the words of a list, whole words where the script has them."""
    found: tuple[str, ...] = getattr(page_words(), name)
    latin = [re2.escape(word) for word in found if word.isascii() or word[0].isalpha()]
    return re2.compile(r"(?i)(?:^|[^\pL\pN])(?:" + "|".join(latin) + r")(?:$|[^\pL\pN])")


def says(name: str, text: str) -> bool:
    """Whether a text has one of the words of a list of ``pages/words.yml``."""
    return bool(_pattern(name).search(text)) or any(
        word in text for word in getattr(page_words(), name) if not word.isascii()
    )


def not_content(tree: Tree, page: Outline, *, evidence: int) -> str:
    """What the page is if it is no content, else an empty string.

    ``evidence`` counts what speaks for records: from 2 on, only a page with next to nothing
    else can still be a login or a waiting room.
    """
    if evidence >= 2:
        return ""
    chars = page.content_chars
    heads = headlines(tree, page)
    password = bool(html.find(tree.root, "input[type=password]"))
    captcha = bool(html.find(tree.root, _CAPTCHA_MARKS))
    text = " ".join(element.own for element in page.content() if element.own)[:6_000]
    if password:
        return "login" if evidence == 0 or chars <= _LITTLE else ""
    if chars > _LITTLE or (evidence and chars > _VERY_LITTLE):
        return ""
    if html.find(tree.root, _QUEUE_MARKS):
        return "queue"
    notice = bool(removed_notice(tree, page))
    kind = _of_little_text(heads, text, page, chars, captcha=captcha, notice=notice)
    return kind or _redirect(tree, page)


def _of_little_text(
    heads: str, text: str, page: Outline, chars: int, *, captcha: bool, notice: bool
) -> str:
    """The kind of a page with little text, by its marks and words, the surest first."""
    very_little = chars <= _VERY_LITTLE
    asked = _inputs(page)
    signs = {
        "queue": says("queue", heads) or (very_little and says("queue", text)),
        "captcha": says("captcha", heads)
        or (captcha and (asked > 0 or very_little or says("captcha", text))),
        "error": _is_error(heads) or (very_little and (_is_error(text) or notice)),
        "empty": says("empty", heads) or says("empty", text),
        "login": very_little and asked >= 1 and says("login", heads),
    }
    return next((kind for kind, holds in signs.items() if holds), "")


def removed_notice(tree: Tree, page: Outline) -> str:
    """The sentence by which a page without content says that its listing is gone, else nothing.

    It names a listing and what became of it, in a headline or on a page with very little text.
    """
    pieces = headlines(tree, page).split(" | ")
    if page.content_chars <= _VERY_LITTLE:
        pieces += [element.own for element in page.content() if element.own]
    for piece in pieces:
        for sentence in _SENTENCES.split(piece[:1_000]):
            told = sentence.strip()
            short = 0 < len(told) <= _LONGEST_NOTICE
            if short and says("removed_words", told) and says("removed_things", told):
                return told
    return ""


def _is_error(text: str) -> bool:
    """Whether a text tells of an error; that nothing was found is none, though said alike."""
    return bool(_STATUS.search(text)) or (says("error", text) and not says("empty", text))


def _inputs(page: Outline) -> int:
    return sum(
        element.tag == "input"
        and html.attribute(element.node, "type").lower() in ("", "text", "email", "tel", "number")
        for element in page.elements
    )


def _redirect(tree: Tree, page: Outline) -> str:
    """Nothing to read: a redirect to a login is one, anything else is empty."""
    if page.body.chars > _NOTHING or page.body.images > 2:
        return ""
    for node in html.find(tree.root, "meta[http-equiv=refresh i]"):
        target = html.attribute(node, "content").lower()
        if re.search(r"log-?in|sign-?in|auth", target):
            return "login"
        if re.search(r"captcha|challenge", target):
            return "captcha"
        if re.search(r"queue|wait", target):
            return "queue"
    return "empty"


def headlines(tree: Tree, page: Outline) -> str:
    """Title and headings of the page on one line, where a page says what it is."""
    found = [tree.title]
    for element in page.elements:
        heading = element.tag in ("h1", "h2", "h3", "legend", "title")
        if (heading or "title" in element.names.lower()) and 0 < element.chars <= 200:
            found.append(element.text())
        if len(found) > 30:
            break
    return " | ".join(found)
