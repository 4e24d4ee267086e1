"""Fills the test shop through oscar's own models; the same content on every machine."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from random import Random

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from neutral import TONGUES, sentences, title  # noqa: E402
from oscar.apps.catalogue.categories import create_from_breadcrumbs  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductClass = get_model("catalogue", "ProductClass")
ProductReview = get_model("reviews", "ProductReview")
Partner = get_model("partner", "Partner")
StockRecord = get_model("partner", "StockRecord")

PRODUCTS = 320
CATEGORIES = ("House > Kitchen", "House > Bedding", "Garden > Tools", "Garden > Furniture", "Used")
PARTNERS = ("Blue Door Trading", "Müller & Söhne", "Atelier d’Été", "Северный склад", "明月商店")
WITHDRAWN = frozenset(range(7, PRODUCTS, 40))
"""Products that were taken out of the catalogue: not public, answered with 404."""
DELETED = frozenset(range(11, PRODUCTS, 60))
PARENTS = frozenset(range(20, PRODUCTS, 50))
"""Products sold in three sizes, each with its own page."""
SOLD_OUT = frozenset(range(3, PRODUCTS, 9))
WITHOUT_PRICE = frozenset(range(5, PRODUCTS, 64))


def main() -> None:
    """Write everything in one transaction, then build the search index that listings come from."""
    dice = Random(4)
    with transaction.atomic():
        kind = ProductClass.objects.create(name="Household", track_stock=True)
        ProductAttribute.objects.create(
            product_class=kind, name="Sold by", code="sold_by", type="text"
        )
        categories = [create_from_breadcrumbs(trail) for trail in CATEGORIES]
        partners = [Partner.objects.create(name=name) for name in PARTNERS]
        for number in range(1, PRODUCTS + 1):
            _product(dice, number, kind, categories, partners)
        Product.objects.filter(upc__in=[f"SP{number:05}" for number in DELETED]).delete()
    call_command("rebuild_index", interactive=False, verbosity=0)


def _product(dice, number, kind, categories, partners) -> None:
    language = dice.choice(list(TONGUES))
    partner = dice.choice(partners)
    parent = number in PARENTS
    product = Product.objects.create(
        structure=Product.PARENT if parent else Product.STANDALONE,
        upc=f"SP{number:05}",
        title=title(dice, language, number),
        description=_description(dice, language),
        product_class=kind,
        is_public=number not in WITHDRAWN,
    )
    product.categories.add(dice.choice(categories))
    product.attr.sold_by = partner.name
    product.attr.save()
    if parent:
        for size in ("S", "M", "L"):
            child = Product.objects.create(
                structure=Product.CHILD, parent=product, upc=f"SP{number:05}{size}",
                title=f"{product.title} ({size})",
                description=_description(dice, language),
            )  # fmt: skip
            child.attr.sold_by = partner.name
            child.attr.save()
            _stock(dice, child, partner, 5)
    elif number not in WITHOUT_PRICE:
        _stock(dice, product, partner, 0 if number in SOLD_OUT else dice.randint(1, 60))
    if number % 5 == 0:
        for place in range(dice.randint(1, 3)):
            _review(dice, product, language, place)


def _description(dice: Random, language: str) -> str:
    parts = [sentences(dice, language) for _ in range(dice.randint(1, 3))]
    parts.append(f"({dice.randrange(10**9)})")  # no two products have the same text
    items = "".join(f"<li>{escape(sentences(dice, language, 1, 1))}</li>" for _ in range(2))
    listed = f"<ul>{items}</ul>" if dice.random() < 0.3 else ""
    return "".join(f"<p>{escape(part)}</p>" for part in parts) + listed


def _stock(dice: Random, product, partner, count: int) -> None:
    price = Decimal(dice.choice((995, 1250, 4900, 123_456, 7, 1_000_000))) / 100
    StockRecord.objects.create(
        product=product, partner=partner, partner_sku=product.upc,
        price_currency="EUR", price=price + dice.randint(0, 400), num_in_stock=count,
    )  # fmt: skip


def _review(dice: Random, product, language: str, place: int) -> None:
    ProductReview.objects.create(
        product=product, score=dice.randint(1, 5), title=title(dice, language, place + 1),
        body=sentences(dice, language), name=f"Buyer {dice.randint(100, 999)}",
        email="buyer@example.org", status=ProductReview.APPROVED,
    )  # fmt: skip


if __name__ == "__main__":
    main()
