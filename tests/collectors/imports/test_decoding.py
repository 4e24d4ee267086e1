"""Which encoding a table is in: marks, UTF-8, damaged UTF-8, and the old ones by likelihood."""

from __future__ import annotations

import pytest

from collectors.imports.decoding import find_encoding, open_text, read_lines

TEXTS = {
    "cp1251": "Продам бивень слона, слоновая кость, цена договорная",
    "gb18030": "出售象牙手镯,价格面议,微信联系,保真象牙制品",
    "shift_jis": "象牙の印鑑を販売しています。価格は応相談です。",
    "cp874": "ขายงาช้างแท้ ราคาพิเศษ ติดต่อไลน์",
    "cp1252": "Défenses d'éléphant, prix à débattre, très décoratives",
    "cp1250": "Sprzedam kość słoniową, żółw, cena do uzgodnienia",
    "cp1254": "Fildişi satılık, fiyat görüşülür, şık ürün, çok güzel",
    "big5": "出售象牙手鐲,價格面議,請聯繫",
    "euc_kr": "상아 팔찌 판매합니다 가격 협의",
    "koi8-r": "Продам бивень слона, слоновая кость",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_old_encoding_is_found_and_said(encoding: str) -> None:
    line = TEXTS[encoding]
    text = "title,price\n" + "".join(f"{line},{number} EUR\n" for number in range(20))
    payload = text.encode(encoding)
    found = find_encoding(payload)
    assert payload.decode(found.name) == text
    assert found.issues[0].severity == "note"
    assert found.name in found.issues[0].message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_needs_no_word(encoding: str) -> None:
    payload = "title\nслон 象\n".encode(encoding)
    found = find_encoding(payload)
    assert found.issues == ()
    assert open_text(payload, found.name).read() == "title\nслон 象\n"


def test_utf8_with_a_broken_place_stays_utf8_and_is_said() -> None:
    payload = ("слон, " * 50).encode() + b"\xff\n"
    found = find_encoding(payload)
    assert (found.name, found.exact) == ("utf-8", False)
    assert "replacement character" in found.issues[0].message


def test_the_encoding_told_is_taken_and_checked() -> None:
    assert find_encoding("é".encode("latin-1"), "latin-1").exact
    assert not find_encoding(b"\x81", "cp1252").exact
    with pytest.raises(LookupError):
        find_encoding(b"", "no-such-encoding")


def test_a_character_across_two_pieces_is_whole() -> None:
    payload = b"a" * ((1 << 20) - 1) + "é".encode() + b"b"
    assert find_encoding(payload).exact


def test_lines_are_numbered_whatever_ends_them() -> None:
    stream = open_text(b"a\nb\r\nc\rd", "utf-8")
    assert [(line.number, line.text) for line in read_lines(stream)] == [
        (1, "a\n"),
        (2, "b\r\n"),
        (3, "c\r"),
        (4, "d"),
    ]
