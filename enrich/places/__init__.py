"""Where goods are, where they are sent from, and where to."""

from enrich.places.reader import PlaceReader

__all__ = ["PlaceReader"]
