"""From the bytes of a page to its characters: which encoding, and what had to be replaced."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes
from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from model.evidence import Issue

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META = re.compile(
    rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([A-Za-z0-9_:.-]{2,40})", re.I
)
_XML = re.compile(
    rb"^\s{0,99}<\?xml[^>]{0,99}encoding\s{0,9}=\s{0,9}[\"']([A-Za-z0-9_:.-]{2,40})", re.I
)
_HEADER = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:.-]{2,40})", re.I)
_CODE_PAGE = re.compile(r"^cp-?(?=874$|125\d$)")
_FOREIGN = re.compile(rb"[\x80-\xff]")
_SEVEN_BIT = frozenset(
    {"iso2022_jp", "iso-2022-jp", "iso-2022-kr", "iso2022_kr", "hz", "hz-gb-2312"}
)
_COMMON = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1258", "cp874"),
    *("koi8_r", "iso8859_2", "iso8859_15", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
)
_HEAD = 4096
_SAMPLE = 32_768


class Decoded(NamedTuple):
    """Characters, the name of the encoding they were in, and what there is to say about it."""

    text: str
    encoding: str
    issues: tuple[Issue, ...] = ()


def decode(payload: bytes, content_type: str = "") -> Decoded:
    """Decode a page: byte order mark, well-formed UTF-8, header, meta element, then the likeliest.

    UTF-8 comes before what is declared: saved pages often keep the declaration of the server
    while the browser wrote UTF-8, and text in another encoding is practically never well-formed
    UTF-8. Nothing is dropped: bytes that do not fit become U+FFFD, and that is said.
    """
    for mark, name in _BOMS:
        if payload.startswith(mark):
            return _decoded(payload[len(mark) :], name, ())
    if wide := _wide(payload):
        return _decoded(payload, wide, (_note(f"no byte order mark; read as {wide}"),))
    declared = _declared(payload, content_type)
    if declared in _SEVEN_BIT:
        return _decoded(payload, declared, ())
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(payload, declared)
    if declared not in ("", "utf-8") and not text.isascii():
        return Decoded(text, "utf-8", (_note(f"declared as {declared}, but it is UTF-8"),))
    return Decoded(text, "utf-8")


def _not_utf8(payload: bytes, declared: str) -> Decoded:
    """Bytes that are no clean UTF-8: as declared if that fits, else whatever fits best."""
    if declared and declared != "utf-8" and _fits(payload, declared):
        return _decoded(payload, declared, ())
    if nearly_utf8(payload):
        return _decoded(payload, "utf-8", ())
    name = declared if declared not in ("", "utf-8") else likeliest(payload)
    said = f"declared as {declared}" if declared else "no encoding declared"
    return _decoded(payload, name, (_note(f"{said}, not UTF-8; read as {name}"),))


def _decoded(payload: bytes, name: str, issues: tuple[Issue, ...]) -> Decoded:
    text = payload.decode(name, "replace")
    replaced = text.count("\ufffd")
    if replaced:
        message = f"{replaced} places are not {name} and read as the replacement character"
        issues = (*issues, Issue("warning", message, key="encoding"))
    return Decoded(text, name, issues)


def _note(message: str) -> Issue:
    return Issue("note", message, key="encoding")


def _declared(payload: bytes, content_type: str) -> str:
    """What header, XML declaration or meta element say, under the name browsers take it for."""
    if (found := _HEADER.search(content_type)) and (name := _known(found.group(1))):
        return name
    head = payload[:_HEAD]
    found_bytes = _XML.search(head) or _META.search(head)
    name = _known(found_bytes.group(1).decode("ascii")) if found_bytes else ""
    return "utf-8" if name.startswith("utf-16") else name


def _known(label: str) -> str:
    """Python's codec for a label as browsers read it; empty where there is none for text."""
    label = _CODE_PAGE.sub("windows-", label.strip().lower())
    mapped = map_encoding_to_html5(label, fallback_utf8=False)
    try:
        return codecs.lookup(mapped).name if mapped else ""
    except LookupError:
        return ""


def _fits(payload: bytes, name: str) -> bool:
    try:
        payload.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def nearly_utf8(payload: bytes) -> bool:
    """Whether well-formed characters outnumber broken ones two to one: a cut or damaged file."""
    text = payload.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for char in text if char > "\x7f") - broken
    return foreign >= 2 * broken


def _wide(payload: bytes) -> str:
    """UTF-16 without a mark shows as a zero in every other byte."""
    sample = payload[:_HEAD]
    if len(sample) < 4 or sample.count(0) * 3 < len(sample):
        return ""
    name = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    text = sample[: len(sample) // 2 * 2].decode(name, "replace")
    return name if "<" in text and "\ufffd" not in text[:-1] else ""


def likeliest(payload: bytes) -> str:
    """The guess over the surroundings of the first byte that is not ASCII.

    Browsers' statistics first; where they say UTF-8, which it is not, the likeliest of the
    encodings in common use.
    """
    found = _FOREIGN.search(payload)
    start = max(0, (found.start() if found else 0) - _SAMPLE // 2)
    sample = payload[start : start + _SAMPLE]
    name = _known(detect_encoding(sample) or "")
    if name not in ("", "utf-8", "ascii"):
        return name
    best = from_bytes(sample, cp_isolation=list(_COMMON)).best()
    name = _known(best.encoding.replace("_", "-")) if best else ""
    return name if name not in ("", "utf-8", "ascii") else "cp1252"
