"""What is true of a made-up world, and how near an answer comes to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from app.rehearsal.nouns import World
from app.rehearsal.sites.html import STAMP
from app.rehearsal.social.exports import telegram_ids
from model.canonical import Json
from model.identity import fold_handle


@dataclass(frozen=True, slots=True)
class Score:
    """Pairwise precision, recall and F1, 0 to 1, and the counts of pairs behind them.

    Where nothing was put together and nothing should have been, all three are 1.
    """

    precision: float
    recall: float
    f1: float
    right: int
    found: int
    true: int


def truth(world: World) -> dict[str, Json]:
    """The content of ``truth.json`` as the public contract has it, stamped as made up.

    Messages of WhatsApp have no ids: what is offered there stands in the exports alone.
    """
    chats = telegram_ids(world)
    return {
        "made_up": STAMP,
        "seed": world.seed,
        "accounts": [
            {
                "platform": item.platform,
                "handle": item.handle,
                "actor": item.person.actor,
                "network": item.person.network,
            }
            for item in world.accounts
        ],
        "listings": [
            {
                "platform": item.platform,
                "listing_id": chats.get(item.listing_id, item.listing_id),
                "taxon": item.taxon,
                "product": item.product,
                "price": item.price,
                "currency": item.currency,
                "relevant": item.relevant,
            }
            for item in world.adverts
            if item.platform != "whatsapp"
        ],
        "hubs": [
            {"kind": hub.kind, "value": hub.value, "platform": hub.platform, "why": hub.why}
            for hub in world.hubs
        ],
        "noise": [{"platform": item.platform, "handle": item.handle} for item in world.noise],
    }


def score(
    world: World | Mapping[str, Json],
    accounts: Iterable[Mapping[str, Json]],
    field: str = "actor",
) -> Score:
    """How well rows of ``spoor export accounts`` group the accounts of a world or ``truth.json``.

    ``field`` is ``actor`` or ``network``. Pairs are counted among the accounts of the truth;
    one that the export does not name, or leaves without a group, stands alone.
    """
    true = truth(world) if isinstance(world, World) else world
    given = {_name(row): row.get(field) for row in accounts}
    groups: list[tuple[Hashable, Hashable]] = []
    for number, row in enumerate(true["accounts"]):
        alone = ("alone", number)
        group = given.get(_name(row))
        groups.append((row[field] or alone, group if group is not None else alone))
    right = _pairs(Counter(groups))
    found = _pairs(Counter(group for _, group in groups))
    wanted = _pairs(Counter(group for group, _ in groups))
    precision = right / found if found else 1.0
    recall = right / wanted if wanted else 1.0
    both = precision + recall
    return Score(
        precision, recall, 2 * precision * recall / both if both else 0.0, right, found, wanted
    )


def _pairs(sizes: Counter[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes.values())


def _name(row: Mapping[str, Json]) -> tuple[str, str]:
    return str(row["platform"]).casefold(), fold_handle(str(row["handle"]))
