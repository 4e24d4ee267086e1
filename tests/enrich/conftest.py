"""The readers of identifiers and places, built once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.contact_words import ContactWords, load_contact_words
from config.places import load_places
from enrich.contacts import Contacts
from enrich.extract import Extractor, build_extractor
from enrich.places import PlaceReader
from model.facts import Observation

Read = Callable[..., list[Observation]]


@pytest.fixture(scope="session")
def contact_words() -> ContactWords:
    return load_contact_words()


@pytest.fixture(scope="session")
def contacts(contact_words: ContactWords) -> Contacts:
    return Contacts(contact_words)


@pytest.fixture(scope="session")
def places() -> PlaceReader:
    return PlaceReader(load_places())


@pytest.fixture(scope="session")
def read(contacts: Contacts) -> Read:
    """Identifiers of one text; checks the span of each."""

    def observations(text: str, *regions: str, seller: str = "") -> list[Observation]:
        found = contacts.read({"text": text, "seller": seller}, regions)
        assert all(one.text == text[one.start : one.end] for one in found if one.field == "text")
        return found

    return observations


@pytest.fixture(scope="session")
def values(read: Read) -> Callable[..., list[str]]:
    """``kind value`` of what is read out of one text, in order, each once."""

    def spoken(text: str, *regions: str, seller: str = "") -> list[str]:
        found = sorted(read(text, *regions, seller=seller), key=lambda one: (one.start, one.kind))
        return list(dict.fromkeys(f"{one.kind} {one.value}" for one in found))

    return spoken


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return build_extractor()
