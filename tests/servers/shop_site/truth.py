"""What a guest may see in the test shop, straight from its tables, as JSON."""

from __future__ import annotations

import json

import django

django.setup()

from django.db.models import Q  # noqa: E402
from django.utils.html import strip_tags  # noqa: E402
from oscar.core.loading import get_class, get_model  # noqa: E402
from words_of import words_of  # noqa: E402

Product = get_model("catalogue", "Product")
ProductReview = get_model("reviews", "ProductReview")
StockRecord = get_model("partner", "StockRecord")
Category = get_model("catalogue", "Category")
Selector = get_class("partner.strategy", "Selector")


def main() -> None:
    """Print products that are public (and whose parent is), in result lists or not, and reviews."""
    prices = {row.product_id: row for row in StockRecord.objects.all()}
    public = Product.objects.filter(Q(parent=None) | Q(parent__is_public=True), is_public=True)
    listings = {str(item.id): _listing(item, prices) for item in public.select_related("parent")}
    reviews = {
        str(review.id): {
            "listing": str(review.product_id),
            "title": review.title,
            "text": strip_tags(review.body),  # the shop shows what looks like a tag to nobody
            "buyer": review.name,
            "stars": review.score,
        }
        for review in ProductReview.objects.filter(status=1, product__in=public)
    }
    hidden = Product.objects.exclude(id__in=public)
    truth = {
        "listings": listings,
        "listed": [str(item.id) for item in public if item.parent_id is None],
        "reviews": reviews,
        "hidden": {str(item.id): item.title for item in hidden},
        "api": {str(item.id): _in_interface(item, prices) for item in Product.objects.all()},
    }
    print(json.dumps(truth))


def _listing(item, prices) -> dict[str, str]:
    """A product as its page must tell it; for sizes together oscar's own rule gives the price."""
    sizes = [item] if item.structure != "parent" else list(item.children.all())
    offers = [prices[one.id] for one in sizes if one.id in prices]
    price = offers[0].price if offers else None
    if item.structure == "parent":
        price = Selector().strategy().fetch_for_parent(item).price.excl_tax
    category = (item.parent or item).categories.get()
    trail = [*Category.objects.get_ancestors(category), category]
    return {
        "title": item.title,
        "text": words_of(item.description),
        "upc": item.upc,
        "seller": " ".join({offer.partner.name for offer in offers} or {item.attr.sold_by}),
        "category": " > ".join(step.name for step in trail),
        "price": "" if price is None else f"{price:.2f}",
        "currency": offers[0].price_currency if offers else "",
        "available": str(any((offer.num_in_stock or 0) > 0 for offer in offers)),
    }


def _in_interface(item, prices) -> dict[str, str]:
    """A product as the interface must tell it, which has those withdrawn from the pages too."""
    told = _listing(item, prices)
    if item.structure == "parent":
        told["available"] = ""  # oscar's interface says it of sizes only
    return told


if __name__ == "__main__":
    main()
