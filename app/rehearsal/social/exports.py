"""What somebody in a made-up group would export: Telegram's result.json, WhatsApp's text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from app.rehearsal.nouns import World
from app.rehearsal.sites.html import STAMP
from app.rehearsal.social.names import GROUPS, group_number
from app.rehearsal.social.talk import Entry, entries
from model.canonical import Json

Written = tuple[str, bytes]
"""Path below the folder of exports, and the bytes of the file."""


def exports(world: World) -> Iterator[Written]:
    """Every export: one Telegram chat and one WhatsApp text a group that anybody writes in."""
    for place, name in enumerate(GROUPS):
        if rows := entries(world, "telegram", place):
            content = json.dumps(_telegram(place, name, rows), ensure_ascii=False, indent=1)
            yield f"telegram/{_folder(name)}/result.json", content.encode()
        if rows := entries(world, "whatsapp", place):
            yield f"whatsapp/WhatsApp Chat with {name}.txt", _whatsapp(name, rows).encode()


def telegram_ids(world: World) -> dict[str, str]:
    """The native id of each Telegram post, as an export gives it, by the advert's own id."""
    return {
        one.key: f"channel:{group_number(place)}/{one.number}"
        for place in range(len(GROUPS))
        for one in entries(world, "telegram", place)
    }


def _folder(name: str) -> str:
    return f"ChatExport {name}"


def _telegram(place: int, name: str, rows: tuple[Entry, ...]) -> dict[str, Json]:
    numbers = {one.key: one.number for one in rows}
    return {
        "name": f"{name} ({STAMP})",
        "type": "private_supergroup",
        "id": group_number(place),
        "messages": [_message(one, numbers) for one in rows],
    }


def _message(entry: Entry, numbers: Mapping[str, int]) -> dict[str, Json]:
    message: dict[str, Json] = {
        "id": entry.number,
        "type": "message",
        "date": entry.at.strftime("%Y-%m-%dT%H:%M:%S"),
        "date_unixtime": str(int(entry.at.timestamp())),
        "from": entry.author.shown_as,
        "from_id": entry.author.native_id.replace(":", ""),
        "text": entry.text,
        "text_entities": [{"type": "plain", "text": entry.text}],
    }
    if entry.reply_to in numbers:
        message["reply_to_message_id"] = numbers[entry.reply_to]
    return message


def _whatsapp(name: str, rows: tuple[Entry, ...]) -> str:
    """The text that Android writes: day first, 24 hours, one line or more a message."""
    begun = rows[0].at.strftime("%d/%m/%Y, %H:%M")
    lines = [f'{begun} - Group "{name}" ({STAMP})']
    lines += [
        f"{one.at.strftime('%d/%m/%Y, %H:%M')} - {one.author.handle}: {one.text}" for one in rows
    ]
    return "\n".join(lines) + "\n"
