"""What an advert offers: taxa, products, quantities, prices, claims, code words, relevance."""

from enrich.goods.reader import Goods

__all__ = ["Goods"]
