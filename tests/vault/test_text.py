import json

from hypothesis import given
from hypothesis import strategies as st

from vault.text import (
    ascii_value,
    header_name,
    header_uri,
    header_value,
    pack,
    pack_json,
    unpack,
    unpack_json,
)

WILD = st.text(st.characters())  # lone surrogates and controls included


@given(WILD)
def test_any_text_survives_and_can_be_stored(text: str) -> None:
    stored = pack(text)
    assert unpack(stored) == text
    stored.encode("utf-8")
    assert "\x00" not in stored


@given(WILD)
def test_escape_at_the_beginning_is_not_mistaken(text: str) -> None:
    assert unpack(pack("\x1b" + text)) == "\x1b" + text


def test_ordinary_text_is_stored_as_it_is() -> None:
    assert pack("Слоновая кость 象牙") == "Слоновая кость 象牙"


@given(st.recursive(st.none() | st.integers() | WILD, st.lists))
def test_json_survives(value: object) -> None:
    stored = pack_json({"key": value})
    stored.encode("utf-8")
    assert unpack_json(stored) == {"key": value}


def test_json_is_canonical_unless_it_can_not_be() -> None:
    assert pack_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
    assert pack_json({"a": "\ud800é"}) == json.dumps({"a": "\ud800é"}, separators=(",", ":"))


@given(WILD)
def test_header_parts_stay_on_one_line(text: str) -> None:
    for made in (header_uri(text), header_value(text), ascii_value(text), header_name(text)):
        made.encode("utf-8")
        assert len(made.splitlines()) <= 1
    assert ascii_value(text).isascii()
    assert ":" not in header_name(text)
    assert header_name(text)


def test_uri_keeps_what_it_says() -> None:
    assert header_uri("http://a/b\r\nX: y") == "http://a/b%0D%0AX:%20y"
    assert header_uri("http://a/слон?q=1%20") == "http://a/слон?q=1%20"
