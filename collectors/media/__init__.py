"""Pictures, sound and film: told by their bytes, and taken in only where a mandate says so."""

from __future__ import annotations

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF87a", "a picture"),
    (b"GIF89a", "a picture"),
    (b"BM", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"\x00\x00\x01\x00", "a picture"),
    (b"OggS", "a recording"),
    (b"ID3", "a recording"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"FLV", "a film"),
)
_MP4_BRANDS = {b"avif": "a picture", b"heic": "a picture", b"mif1": "a picture"}
_FAMILIES = {"image": "a picture", "audio": "a recording", "video": "a film"}


def media_kind(payload: bytes, content_type: str = "") -> str:
    """``a picture``, ``a recording``, ``a film``, or empty; the bytes count before the header."""
    for signature, kind in _SIGNATURES:
        if payload.startswith(signature) and (signature != b"BM" or b"\x00" in payload[:32]):
            return kind
    if payload[:4] == b"RIFF":
        return "a picture" if payload[8:12] == b"WEBP" else "a film"
    if payload[4:8] == b"ftyp":
        return _MP4_BRANDS.get(payload[8:12], "a film")
    family = content_type.partition("/")[0].strip().lower()
    if family == "image" and "svg" in content_type.lower():
        return "a picture"
    looks_like_text = payload[:1024].lstrip()[:1] in (b"<", b"{", b"[")
    return "" if looks_like_text else _FAMILIES.get(family, "")
