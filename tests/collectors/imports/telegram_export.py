"""Made-up exports of Telegram Desktop of any size, in the fields and order it writes them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from model.canonical import Json

_FIRST = 1_700_000_000
_WORDS = [
    "ivory",
    "carving",
    "old",
    "piece",
    "papers",
    "none",
    "ship",
    "worldwide",
    "pm",
    "price",
    "fresh",
    "stock",
    "parrots",
    "eggs",
    "macaw",
    "tortoise",
    "pair",
    "horn",
    "kg",
    "only",
    "serious",
    "telegram",
    "signal",
    "whatsapp",
    "today",
    "tomorrow",
    "photo",
    "video",
    "yes",
    "no",
]


def message(number: int, dice: random.Random) -> dict[str, Json]:
    """One message or event, of the kinds that a busy group has."""
    author = dice.randrange(1, 400)
    made: dict[str, Json] = {
        "id": number,
        "type": "message",
        "date": "2023-11-14T22:13:20",
        "date_unixtime": str(_FIRST + 60 * number),
    }
    if number % 50 == 0:
        event = {"actor": f"Person {author}", "actor_id": f"user{author}"}
        return made | {"type": "service", **event, "action": "join_group_by_link", "text": ""}
    made |= {"from": f"Person {author}", "from_id": f"user{author}"}
    if number % 9 == 0:
        made["edited_unixtime"] = str(_FIRST + 60 * number + 5)
    if number % 11 == 0:
        made |= {"forwarded_from": f"Channel {author}", "forwarded_from_id": f"channel{author}"}
    if number % 7 == 0:
        made["reply_to_message_id"] = number - 3
    if number % 5 == 0:
        made |= {"photo": f"photos/photo_{number}.jpg", "width": 1280, "height": 960}
    said = " ".join(dice.choices(_WORDS, k=dice.randint(3, 40)))
    if number % 4 == 0:
        link = {"type": "text_link", "text": "here", "href": f"https://t.me/+Hash{number:08}"}
        made["text"] = [said, " ", link, {"type": "mention", "text": "@some_person"}]
    else:
        made["text"] = said
    made["text_entities"] = [{"type": "plain", "text": said}]
    if number % 13 == 0:
        made["reactions"] = [{"type": "emoji", "count": 3, "emoji": "👍"}]
    return made


def lines(messages: int, *, seed: int = 1, peer: int = 1_500_000_001) -> Iterator[str]:
    """The export of one group, a message a piece; nothing is held."""
    dice = random.Random(seed)
    yield '{\n "name": "Made-up group",\n "type": "private_supergroup",\n'
    yield f' "id": {peer},\n "messages": ['
    for number in range(1, messages + 1):
        written = json.dumps(message(number, dice), ensure_ascii=False, indent=1)
        yield f"{',' if number > 1 else ''}\n  {written}"
    yield "\n ]\n}"


def write_export(path: Path, messages: int, *, seed: int = 1) -> int:
    """Write ``result.json`` of so many messages; how many of them are no events."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines(messages, seed=seed))
    return messages - messages // 50
