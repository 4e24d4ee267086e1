"""What WhatsApp itself writes into a chat, by the phrases in ``config/chats/whatsapp.yml``.

What is not known there is kept word for word: a notice as one of unknown kind, anything a person
is named for as that person's message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import config
from config.yaml_files import read_yaml
from model.canonical import Json

_LONGEST = 1_000
_PARTS = re.compile(r"(\{[a-z]+\}|\.\.\.)")
_HOLES = {
    "{who}": r"(?P<who>[^\n]{1,120}?)",
    "{whom}": r"(?P<whom>[^\n]{1,500}?)",
    "{name}": r"(?P<name>[^\n]{1,300}?)",
    "...": r"[^\n]*",
}
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{5,22}[0-9]")
_ATTACHED = re.compile(
    r"<[^<>:：\n]{2,30} ?[:：] ?(?P<a>[^<>\n]{1,200}\.\w{2,5})>"
    r"|(?P<b>[^<>\n]{1,200}\.\w{2,5}) \([^()\n]{3,40}\)"
)
_LEFT_OUT = re.compile(r"<[^<>:\n0-9]{3,48}>")
_COPY = re.compile(r"(?: \([0-9]{1,3}\)| copy| - Kopie)+$", re.I)


class Event(NamedTuple):
    """What a notice tells: ``what`` happened, by ``who``, to ``whom``, and a name or number."""

    what: str
    who: str = ""
    whom: str = ""
    name: str = ""


class Words(NamedTuple):
    """The phrases as patterns, each matching a whole line."""

    events: tuple[tuple[str, re.Pattern[str]], ...]
    deleted: frozenset[str]
    edited: frozenset[str]
    kinds: frozenset[str]
    omitted: tuple[str, ...]
    files: tuple[re.Pattern[str], ...]


@cache
def known() -> Words:
    """The phrases, read once."""
    read = read_yaml(Path(config.__file__).parent / "chats" / "whatsapp.yml").content
    content: dict[str, Json] = read if isinstance(read, dict) else {}
    return Words(
        events=tuple((str(what), _any(some)) for what, some in content["events"].items()),
        deleted=frozenset(str(one).casefold() for one in content["deleted"]),
        edited=frozenset(str(one).casefold() for one in content["edited"]),
        kinds=frozenset(str(kind).casefold() for kind in content["kinds"]),
        omitted=tuple(str(one).removeprefix("{kind}").casefold() for one in content["omitted"]),
        files=tuple(_any([one]) for one in content["files"]),
    )


def event_of(text: str) -> Event | None:
    """What a notice tells; None for one of no kind that is known."""
    if len(text) > _LONGEST:
        return None
    for what, rule in known().events:
        if found := rule.fullmatch(text):
            told = {
                key.rstrip("_0123456789"): value
                for key, value in found.groupdict().items()
                if value
            }
            return Event(what, *(told.get(key, "").strip() for key in ("who", "whom", "name")))
    return None


def is_deleted(text: str) -> bool:
    """Whether this stands where a message was deleted."""
    return len(text) < 80 and text.rstrip(".。").casefold() in known().deleted


def without_edit(text: str) -> tuple[str, bool]:
    """The text without WhatsApp's mark that it was edited, and whether it had one."""
    start = text.rfind("<") if text.endswith(">") else -1
    if start < 0 or text[start + 1 : -1].rstrip(".").casefold() not in known().edited:
        return text, False
    return text[:start].rstrip(), True


def media_in(line: str) -> tuple[str, bool]:
    """The name of the file a line stands for, and whether it stands for one that is left out."""
    if len(line) > 260:
        return "", False
    if line.endswith((">", ")")):
        if found := _ATTACHED.fullmatch(line):
            return (found["a"] or found["b"]).strip(), False
        return "", _LEFT_OUT.fullmatch(line) is not None
    return "", _is_omitted(line.casefold())


def _is_omitted(line: str) -> bool:
    """``image omitted``, also behind name and length (``a.pdf • 12 pages document omitted``)."""
    if not line.endswith(known().omitted):
        return False
    tail = re.split("[•·]", line)[-1].strip()
    ending = next(one for one in known().omitted if line.endswith(one))
    words = tail.removesuffix(ending).split()
    told = " ".join(words[2:] if words and words[0].isdecimal() else words)
    return told in known().kinds


def is_export_name(file_name: str) -> bool:
    """Whether WhatsApp gives such names to the texts it exports."""
    return chat_name(stem := _stem(file_name)) != stem or stem.lower() == "_chat"


def chat_name(file_name: str) -> str:
    """The chat an export is of, by the file name WhatsApp gives it; the name itself where other."""
    *folders, last = [part for part in file_name.replace("!", "/").split("/") if part] or [""]
    stem = _stem(last)
    if stem.lower() in ("_chat", "chat") and folders:
        return chat_name("/".join(folders))
    for pattern in known().files:
        if found := pattern.fullmatch(stem):
            return next(value for value in found.groups() if value).strip()
    return stem


def _stem(file_name: str) -> str:
    """The last part of a name, without its ending and what a second download adds."""
    last = file_name.replace("!", "/").rpartition("/")[2]
    return _COPY.sub("", re.sub(r"\.(?:txt|zip)$", "", last, flags=re.I))


def phone_of(name: str) -> str:
    """A sender that is shown as a number: its digits with the plus; empty for a name."""
    if not _PHONE.fullmatch(name):
        return ""
    return ("+" if name.startswith("+") else "") + "".join(filter(str.isdecimal, name))


def _any(phrases: Iterable[Json]) -> re.Pattern[str]:
    """Any of these phrases as a whole line."""
    return re.compile("|".join(_pattern(str(p), n) for n, p in enumerate(phrases)), re.I)


def _pattern(phrase: str, number: int) -> str:
    """A phrase with its holes as groups, whose names end in the phrase's number."""
    parts = (_HOLES.get(part, re.escape(part)) for part in _PARTS.split(phrase))
    return re.sub(r"\(\?P<([a-z]+)>", rf"(?P<\1_{number}>", "".join(parts)) + r"\.?"
