"""Column maps: the shipped ones fit their tables, and a wrong one says which key."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.imports.column_map import load_map, parse_map, shipped_maps
from model.errors import ConfigurationError


def test_the_shipped_maps_are_read_and_say_where_their_table_is_from() -> None:
    assert shipped_maps() == ["agartha", "agora", "cryptonia", "dwdata", "grams-alphabay", "tochka"]
    for name in shipped_maps():
        column_map = load_map(name)
        assert column_map.about
        assert column_map.origin
        assert "seller" in column_map.columns


def test_guessed_addresses_are_kept_out_with_a_reason() -> None:
    assert "guessed" in load_map("grams-alphabay").ignore["addresses"]


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"columns": {"sellr": "x"}}, "columns.sellr"),
        ({"constants": {"listing_id": "1"}}, "constants.listing_id"),
        ({"timestamps": {"title": "unix"}}, "timestamps.title"),
        ({"columns": {"price": "p"}, "constants": {"price": "1"}}, "price: both"),
        ({"colums": {}}, "colums"),
        ({"columns": {"title": {"hash": []}}}, "columns.title"),
        ({"delimiter": "xx"}, "delimiter"),
        ([1], ""),
        ("text", ""),
    ],
)
def test_a_wrong_map_names_the_key(raw: object, key: str) -> None:
    with pytest.raises(ConfigurationError, match="column map here") as caught:
        parse_map(raw, "here")
    assert key in caught.value.message


def test_a_missing_map_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_map("nowhere")
    assert "agora" in str(caught.value)
    with pytest.raises(ConfigurationError, match="not found"):
        load_map(tmp_path / "none.yml")


def test_a_map_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("columns: [", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"bad\.yml"):
        load_map(path)


def test_a_map_comes_back_from_what_the_seal_keeps() -> None:
    for name in shipped_maps():
        column_map = load_map(name)
        assert parse_map(column_map.as_json(), "the seal") == column_map


def test_columns_the_table_lacks_are_named_beside_those_it_has() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_map("agora").check_columns(["vendor", "to", "x"], "file.csv")
    assert "'product'" in caught.value.message
    assert "'x'" in str(caught.value)
