"""How things look on a chart: a shape and a colour for each kind, safe for the colour-blind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Look:
    """Marker, fill colour, area in points squared, and what the legend calls it."""

    marker: str
    colour: str
    area: float
    name: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """Line style, colour, width in points, and what the legend calls it."""

    style: Literal["-", "--", ":", "-."]
    colour: str
    width: float
    name: str


# Colours: Okabe and Ito, "Color Universal Design" (2008); each kind has a shape of its own too.
LOOKS = {
    "actor": Look("o", "#0072B2", 300, "actor (accounts taken as one)"),
    "account": Look("o", "#56B4E9", 130, "account"),
    "outsider": Look("o", "#FFFFFF", 110, "account outside"),
    "listing": Look("s", "#F0E442", 130, "listing"),
    "pgp_key": Look("D", "#D55E00", 90, "PGP key"),
    "wallet": Look("h", "#E69F00", 140, "wallet"),
    "bank_account": Look("s", "#E69F00", 95, "bank account"),
    "payment_handle": Look("p", "#E69F00", 140, "payment handle"),
    "email": Look("^", "#009E73", 120, "e-mail address"),
    "phone": Look("v", "#009E73", 120, "telephone"),
    "messenger": Look(">", "#009E73", 120, "messenger"),
    "onion": Look("8", "#999999", 120, "onion address"),
    "domain": Look("X", "#999999", 120, "domain"),
    "alias": Look("*", "#CC79A7", 190, "name, alias"),
    "taxon": Look("P", "#117733", 140, "taxon offered"),
    "place": Look("d", "#AA8855", 110, "place"),
}

STROKES = {
    "uses": Stroke("-", "#333333", 1.1, "given as one's own"),
    "mentions": Stroke("--", "#777777", 0.9, "stands in an advert"),
    "named": Stroke(":", "#CC79A7", 1.4, "known as"),
    "posted": Stroke("-", "#B59F00", 1.1, "posted"),
    "same": Stroke("-", "#0072B2", 2.2, "taken as one actor"),
    "offers": Stroke("-.", "#117733", 1.0, "offers"),
    "ships": Stroke("-.", "#AA8855", 1.0, "ships from or to"),
}

TLP = {
    "RED": "#FF2B2B",
    "AMBER": "#FFC000",
    "AMBER+STRICT": "#FFC000",
    "GREEN": "#33FF00",
    "CLEAR": "#FFFFFF",
}
"""Letter colours on black, as FIRST TLP 2.0 gives them."""

UNKNOWN = Look("o", "#DDDDDD", 110, "other")
