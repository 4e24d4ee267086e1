"""A shop's interface: lists with and without pages, sizes, prices with and without tax."""

from __future__ import annotations

import json
from typing import Any

from collectors.interfaces.oscar import INTERFACE
from config.sources import EXAMPLES, Ask, Source, load_source

BASE = "https://shop.example/api"


def source(**ask: Any) -> Source:
    return load_source(EXAMPLES / "oscar.yml").model_copy(update={"ask": Ask(**ask)})


def read(content: Any, place: str) -> Any:
    return INTERFACE.read(json.dumps(content).encode(), source(listings=True), f"{BASE}/{place}")


def test_all_products_are_read_or_none() -> None:
    assert [*INTERFACE.start(source(listings=True), [])] == [f"{BASE}/products/"]
    assert [*INTERFACE.start(source(words=("x",)), [])] == []


def test_a_shop_without_pages_gives_one_list() -> None:
    reading = read([{"id": 1, "title": "a"}, {"id": 2, "title": "b"}], "products/")
    assert [one.native_id for one in reading.records] == ["1", "2"]
    assert reading.follow == (f"{BASE}/products/1/", f"{BASE}/products/2/")


def test_only_the_number_of_the_next_page_is_taken_not_its_host() -> None:
    """A shop behind a proxy names itself by a host that nobody outside knows."""
    rows = [{"id": 1, "title": "a"}]
    onward = read(
        {"next": "http://backend:8000/api/products/?page=2", "results": rows}, "products/"
    )
    assert onward.follow[-1] == f"{BASE}/products/?page=2"
    same = read({"next": f"{BASE}/products/?page=2", "results": rows}, "products/?page=2")
    assert not any("page=" in place for place in same.follow)
    none = read({"next": f"{BASE}/products/?page=3", "results": []}, "products/?page=2")
    assert none.follow == ()


def test_a_product_leads_to_its_sizes_price_and_availability() -> None:
    product = {"id": 5, "title": "a", "children": [{"id": 6}, {"id": "7"}], "price": "x"}
    assert read(product, "products/5/").follow == (
        f"{BASE}/products/5/price/",
        f"{BASE}/products/6/",
        f"{BASE}/products/7/",
    )


def test_a_price_belongs_to_its_product() -> None:
    (with_tax,) = read(
        {"currency": "EUR", "excl_tax": "10.00", "incl_tax": "12.10"}, "products/5/price/"
    ).records
    assert (with_tax.native_id, with_tax.fields["price"]) == ("5", "12.10")
    (plain,) = read(
        {"currency": "EUR", "excl_tax": "10.00", "incl_tax": None}, "products/5/price/"
    ).records
    assert plain.fields["price"] == "10.00"
    (none,) = read({"currency": None, "excl_tax": None}, "products/5/price/").records
    assert not {"price", "currency"} & set(none.fields)
