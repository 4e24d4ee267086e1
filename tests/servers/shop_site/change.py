"""A day later in the test shop: products withdrawn, deleted, dearer, renamed, and new ones."""

from __future__ import annotations

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")

WITHDRAWN = ("SP00030", "SP00031", "SP00032")
DEARER = ("SP00040", "SP00041", "SP00042", "SP00043")
RENAMED = "SP00050"
NEW = ("SP90001", "SP90002")
DELETED = ("SP00033", "SP00034")


def main() -> None:
    """Change the tables, then let the search index know, as a shop does every night."""
    with transaction.atomic():
        Product.objects.filter(upc__in=WITHDRAWN).update(is_public=False)
        Product.objects.filter(upc__in=DELETED).delete()
        StockRecord.objects.filter(product__upc__in=DEARER).update(price=F("price") + 10)
        Product.objects.filter(upc=RENAMED).update(title="Garden bench, painted anew")
        for upc in NEW:
            _copy(Product.objects.get(upc="SP00060"), upc)
    call_command("update_index", remove=True, verbosity=0)


def _copy(product, upc: str) -> None:
    """A product like another, under a number of its own."""
    made = Product.objects.create(
        structure=Product.STANDALONE, upc=upc, title=f"{product.title} ({upc})",
        description=product.description, product_class=product.product_class,
    )  # fmt: skip
    made.categories.set(product.categories.all())
    made.attr.sold_by = product.attr.sold_by
    made.attr.save()
    offer = product.stockrecords.get()
    StockRecord.objects.create(
        product=made, partner=offer.partner, partner_sku=upc,
        price_currency=offer.price_currency, price=offer.price, num_in_stock=3,
    )  # fmt: skip


if __name__ == "__main__":
    main()
