"""Every kind of content a capture may hold: what it is called, how it is told, and who reads it.

A new format is one line in ``FORMATS`` and a module with its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import NamedTuple, cast

from collectors.imports.content import Content
from collectors.records import PageReading
from config.sources import Source
from model.evidence import Capture, Document, Issue

Found = Document | Issue | PageReading
"""What readers give one by one; a page's reading comes before its documents."""

Reader = Callable[[Content, Capture, Source | None], Iterator[Found]]
"""Pure but for the content it reads: all it must know stands in ``capture.reading``.

It holds no more than a bounded part of a large content at a time, gives an Issue for what it
leaves out, and raises Skip where the content is not of its format at all.
"""


def _no_members(_name: str) -> bytes:
    return b""


class Beginning(NamedTuple):
    """A file about to be imported, as far as it is looked at to tell what it is.

    ``text`` is ``data``, its first 64 KiB, as characters without blanks before it; empty where
    it is no text. ``members`` are the names in a ZIP archive and ``look`` gives the first 64 KiB
    of one. ``name`` is only a hint.
    """

    name: str
    data: bytes
    text: str = ""
    members: tuple[str, ...] = ()
    look: Callable[[str], bytes] = _no_members


Recogniser = Callable[[Beginning], bool]
"""Whether a file is of a format, from its content; what it is not sure of is not its own."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of content.

    ``name`` is what ``capture.reading["format"]`` says. ``reads`` names its :data:`Reader` as
    ``module:function``; empty for what holds no documents. ``word`` is what ``--format`` calls
    it, empty for what no file is imported as; ``told_by`` names its :data:`Recogniser`.
    ``handed_in`` is what a person saved or was given: who, when and how is asked for. ``grows``
    is what a later export repeats: records that an earlier capture holds are not read again.
    ``is_picture`` is what passes the gate of pictures before it is sealed.
    """

    name: str
    reads: str = ""
    word: str = ""
    told_by: str = ""
    handed_in: bool = False
    grows: bool = False
    is_picture: bool = False

    @property
    def reader(self) -> Reader:
        return cast("Reader", _named(self.reads)) if self.reads else _nothing

    def tells(self, beginning: Beginning) -> bool:
        """Whether a file that begins so is of this format."""
        return bool(self.told_by and _named(self.told_by)(beginning))


FORMATS: Mapping[str, Format] = {
    known.name: known
    for known in (
        Format("listings", "collectors.imports.sealed:listings", "listings"),
        Format("html", "collectors.imports.sealed:page", "html"),
        Format("interface", "collectors.imports.sealed:page"),
        Format("robots"),
        Format("media"),
        Format("mirror-list"),
        Format("jetstream", "collectors.watching.events:read_batch"),
        Format("warc", word="warc"),
        Format(
            "picture",
            "collectors.imports.pictures:read",
            "picture",
            "collectors.imports.pictures:is_picture",
            handed_in=True,
            is_picture=True,
        ),
        Format(
            "discord",
            "collectors.imports.discord:read",
            "discord",
            "collectors.imports.discord:is_export",
            handed_in=True,
            grows=True,
        ),
        Format(
            "legal-return",
            "collectors.imports.downloads.returned:read",
            "legal-return",
            "collectors.imports.downloads.returned:is_return",
            handed_in=True,
        ),
        Format(
            "x",
            "collectors.imports.downloads.x:read",
            "x",
            "collectors.imports.downloads.x:is_archive",
            handed_in=True,
            grows=True,
        ),
        Format(
            "instagram",
            "collectors.imports.downloads.meta:read_instagram",
            "instagram",
            "collectors.imports.downloads.meta:is_instagram",
            handed_in=True,
            grows=True,
        ),
        Format(
            "facebook",
            "collectors.imports.downloads.meta:read_facebook",
            "facebook",
            "collectors.imports.downloads.meta:is_facebook",
            handed_in=True,
            grows=True,
        ),
        Format(
            "tiktok",
            "collectors.imports.downloads.tiktok:read",
            "tiktok",
            "collectors.imports.downloads.tiktok:is_download",
            handed_in=True,
            grows=True,
        ),
        Format(
            "mhtml",
            "collectors.imports.mhtml:read",
            "mhtml",
            "collectors.imports.mhtml:is_mhtml",
            handed_in=True,
        ),
        Format(
            "har",
            "collectors.imports.har:read",
            "har",
            "collectors.imports.har:is_har",
            handed_in=True,
        ),
        Format(
            "pdf",
            "collectors.imports.pdf:read",
            "pdf",
            "collectors.imports.pdf:is_pdf",
            handed_in=True,
        ),
        Format(
            "whatsapp",
            "collectors.imports.whatsapp:read",
            "whatsapp",
            "collectors.imports.whatsapp:is_chat",
            handed_in=True,
            grows=True,
        ),
        Format("telethon", "collectors.telegram.reading:read_answer"),
        Format(
            "telegram",
            "collectors.imports.telegram:read_export",
            "telegram",
            "collectors.imports.telegram:is_export",
            handed_in=True,
            grows=True,
        ),
        Format(
            "telegram-html",
            "collectors.imports.telegram_html:read_export",
            "telegram-html",
            "collectors.imports.telegram_html:is_export",
            handed_in=True,
            grows=True,
        ),
    )
}
"""By name. Recognisers are asked in this order, before a file is taken for a page or a table."""

_PAGE = FORMATS["html"]


def format_of(capture: Capture) -> Format:
    """The format of a capture; what names none that is known is read as a page."""
    return FORMATS.get(str(capture.reading.get("format", "")), _PAGE)


def words() -> tuple[str, ...]:
    """Everything ``--format`` may say."""
    return tuple(known.word for known in FORMATS.values() if known.word)


def of_word(word: str) -> Format | None:
    """The format that ``--format`` calls so."""
    return next((known for known in FORMATS.values() if word and known.word == word), None)


def recognised(beginning: Beginning) -> Format | None:
    """The first format that recognises the file as its own."""
    return next((known for known in FORMATS.values() if known.tells(beginning)), None)


def _nothing(_content: Content, _capture: Capture, _source: Source | None) -> Iterator[Found]:
    return iter(())


@cache
def _named(place: str) -> Callable[..., object]:
    """The function named ``module:function``; imported when it is first needed."""
    module, _, function = place.partition(":")
    found: Callable[..., object] = getattr(import_module(module), function)
    return found
