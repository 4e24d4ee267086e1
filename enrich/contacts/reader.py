"""All identifiers of a record, in one order of precedence: keys, wallets, links, mail, handles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import phonenumbers

from config.contact_words import ContactWords
from enrich.contacts import aliases, bank, mail, messengers, numbers, payments, pgp, wallets, web
from enrich.contacts.aliases import AliasReader
from enrich.contacts.bank import read_ibans
from enrich.contacts.context import RoleReader
from enrich.contacts.mail import Address, finding_of, is_jabber, read_addresses
from enrich.contacts.messengers import MessengerReader
from enrich.contacts.numbers import read_phones
from enrich.contacts.patterns import any_word, compiled, last_word
from enrich.contacts.payments import PaymentReader
from enrich.contacts.pgp import find_blocks, read_fingerprints, read_keys
from enrich.contacts.view import Found, Scene, Taken, View
from enrich.contacts.wallets import read_wallets
from enrich.contacts.web import Link, findings_of, read_bare_links, read_links, read_onions
from model.facts import Observation
from model.identity import fold_handle

RULES = (wallets.RULE, bank.RULE, pgp.RULE, web.RULE, mail.RULE, numbers.RULE, messengers.RULE)
"""The rules' versions; one is raised when what it reads changes."""

STRUCTURAL = frozenset(
    (
        *(
            "id",
            "kind",
            "adapter",
            "platform",
            "listing_id",
            "native_id",
            "seller_id",
            "seller_url",
        ),
        *("url", "language", "country", "category", "price", "currency", "ships_from", "ships_to"),
        *("origin", "destination", "location", "posted_at", "collected_at", "seen_at", "images"),
        *("rating", "sales", "pages"),
    )
)
"""Fields that hold one value of a known meaning and no text a contact could stand in."""

_JABBER_OR_MAIL = compiled(
    r"(?i)(?P<jabber>jabber|xmpp|jid|джаббер|жаббер)|(?P<mail>e-?mail|gmail)"
)


def text_fields(record: Mapping[str, str]) -> list[str]:
    """The fields of a record in which a contact could stand."""
    return [name for name, text in record.items() if name not in STRUCTURAL and text]


class Contacts:
    """Reads identifiers out of records. Built once; reading changes nothing in it."""

    def __init__(self, words: ContactWords) -> None:
        self.words = words
        rules = (*RULES, payments.RULE, aliases.RULE, f"phonenumbers/{phonenumbers.__version__}")
        self.version = f"{','.join(rules)}:{words.digest}"
        self._messengers = MessengerReader(words)
        self._payments = PaymentReader(words)
        self._aliases = AliasReader(words.aliases, words.services.never)
        self._roles = RoleReader(words.context)
        self._phone_cues = last_word(words.context.phone_cues)
        self._not_phone = last_word(words.context.number_not_phone)
        self._fingerprints = any_word(words.context.fingerprint_cues)

    def read(self, record: Mapping[str, str], regions: tuple[str, ...]) -> list[Observation]:
        """The identifiers in every text field; ``regions`` are where national numbers belong."""
        seller = fold_handle(record.get("seller") or record.get("handle") or "")
        observations: list[Observation] = []
        for field in text_fields(record):
            view = View.of(field, record[field])
            scene = Scene(view, Taken(), regions, seller)
            observations += (self._observation(view, found) for found in self._read(scene))
        return observations

    def _read(self, scene: Scene) -> Iterator[Found]:
        """Everything in one field, the surest first; each reader leaves out what was taken."""
        blocks = find_blocks(scene.text) if "PGP" in scene.text.upper() else []
        yield from read_keys(scene.view, blocks)
        sealed = [(one.start, one.end) for one in blocks if one.kind != "SIGNED MESSAGE"]
        scene.taken.take(sealed)
        yield from self._hashes(scene)
        yield from self._addresses(scene, sealed)
        cues = self._phone_cues, self._not_phone
        yield from _keep(read_phones(scene.view, scene.taken, scene.regions, *cues), scene.taken)
        yield from _keep(self._aliases.read(scene.view, scene.taken, scene.seller), scene.taken)

    def _hashes(self, scene: Scene) -> Iterator[Found]:
        """What a checksum or a fixed form proves: fingerprints, wallets, accounts, Tox ids."""
        view, taken = scene.view, scene.taken
        yield from _keep(read_fingerprints(view, taken, self._fingerprints), taken)
        yield from _keep(read_wallets(view, taken), taken)
        yield from _keep(read_ibans(view, taken, self.words.iban_lengths), taken)
        formed = self._messengers.by_form(scene)
        yield from _keep((one for one in formed if not taken.touches(one.start, one.end)), taken)

    def _addresses(self, scene: Scene, sealed: Sequence[tuple[int, int]]) -> Iterator[Found]:
        """Mail addresses, links and names at services, and the accounts behind each."""
        view, taken = scene.view, scene.taken
        addresses: list[Address] = []
        if "@" in scene.text or _MAY_SPELL.search(scene.text):
            addresses = list(read_addresses(view, self.words, taken))
        # a wallet inside a link hides neither: both are read
        closed = Taken([*sealed, *((address.start, address.end) for address in addresses)])
        links = list(read_links(view, self.words, closed)) if ":" in scene.text else []
        found = [*self._mail(scene, addresses), *self._payments.by_name(scene, addresses)]
        taken.take((link.start, link.end) for link in links)
        taken.take((address.start, address.end) for address in addresses)
        yield from found
        taken.take((one.start, one.end) for one in found if one.blocks)
        # "snapchat: parrot.shop" is a handle, so names come before bare hosts
        named = _keep(self._messengers.by_name(scene), taken)
        yield from named
        bare = list(read_bare_links(view, self.words, taken))
        taken.take((link.start, link.end) for link in bare)
        yield from self._of_links([*links, *bare], scene)
        yield from _keep(read_onions(view, taken), taken)

    def _of_links(self, links: Sequence[Link], scene: Scene) -> Iterator[Found]:
        """Each link as the account it leads to, else as an address with its host."""
        users = dict(self._messengers.from_links(links, scene.regions))
        users |= dict(self._payments.from_links(links))
        for link in links:
            yield from [users[link]] if link in users else findings_of(link, self.words)

    def _mail(self, scene: Scene, addresses: Sequence[Address]) -> Iterator[Found]:
        """Each address as mail, as a Jabber account, or as both where the text says so."""
        for address in addresses:
            line = scene.text[max(0, address.start - 40) : address.start].rpartition("\n")[2]
            said = {match.lastgroup for match in _JABBER_OR_MAIL.finditer(line)}
            jabber = "jabber" in said or is_jabber(address, self.words)
            if jabber:
                value = f"jabber:{address.local}@{address.host}"
                rule = f"{messengers.RULE}:jabber:address"
                yield Found("messenger", value, address.start, address.end, 0.95, rule)
            if not jabber or "mail" in said:
                yield finding_of(address)

    def _observation(self, view: View, found: Found) -> Observation:
        attributes = dict(found.attributes)
        if found.kind != "alias":
            attributes["context"] = self._role(view, found)
        return Observation(
            kind=found.kind,
            value=found.value,
            text=view.text[found.start : found.end],
            field=view.field,
            start=found.start,
            end=found.end,
            confidence=found.confidence,
            rule=found.rule,
            attributes=attributes,
        )

    def _role(self, view: View, found: Found) -> str:
        role = self._roles.role_of(view, found)
        if role == "unknown" and found.kind in {"messenger", "pgp_key"}:
            return "contact"
        if found.kind == "payment_handle" and role == "unknown":
            return "payment"
        return role


_MAY_SPELL = compiled(r"(?i)[\[({<|*_-] ?(?:at|a|ät|arroba|chez) ?[\])}>|*_-]| at ")


def _keep(findings: Iterator[Found], taken: Taken) -> list[Found]:
    """All findings of one reader; their spans are taken afterwards."""
    found = list(findings)
    taken.take((one.start, one.end) for one in found if one.blocks)
    return found
