"""One record in, everything read out of it: goods, identifiers, places, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from config.contact_words import load_contact_words
from config.places import load_places
from config.talk_words import load_talk_words
from config.vocabularies import load_vocabulary
from enrich import statements
from enrich.contacts import Contacts
from enrich.contacts.reader import text_fields
from enrich.goods import Goods
from enrich.places import PlaceReader
from enrich.reading import Reading
from enrich.talk import Talk
from model.canonical import short_digest
from model.facts import Observation


class Extractor:
    """Reads records. Built once and kept; pure: the same record always gives the same reading.

    ``version`` is a digest over the rules' versions and all word lists, so that a change in
    either makes stored documents be read, and statements be made, again.
    """

    def __init__(self, goods: Goods, contacts: Contacts, places: PlaceReader, talk: Talk) -> None:
        self._goods = goods
        self._contacts = contacts
        self._places = places
        self._talk = talk
        versions = [goods.version, contacts.version, places.version, talk.version]
        versions.append(statements.VERSION)
        self.version = f"extract/1:{short_digest(versions)[:16]}"

    def read(self, record: Mapping[str, str]) -> Reading:
        """The reading of ``record``, whose fields are those of the public listing format."""
        fields = {name: text for name, text in record.items() if text and isinstance(text, str)}
        goods = self._goods.read(fields)
        places = self._places.read(fields, text_fields(fields))
        contacts = self._contacts.read(fields, self._places.regions(fields))
        observations = sorted([*goods, *contacts, *places], key=_order)
        return Reading(
            tuple(observations),
            self._goods.relevance(fields, goods),
            self._talk.moves(fields.get("text", "")),
        )


def _order(one: Observation) -> tuple[str, int, int, str, str]:
    return one.field, one.start, one.end, one.kind, one.value


def build_extractor() -> Extractor:
    """The extractor with the vocabularies of the package; takes a moment, so do it once."""
    return Extractor(
        Goods(load_vocabulary()),
        Contacts(load_contact_words()),
        PlaceReader(load_places()),
        Talk(load_talk_words()),
    )


__all__ = ["Extractor", "Reading", "build_extractor"]
