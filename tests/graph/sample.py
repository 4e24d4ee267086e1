"""A small world in which every label and every relationship of the schema occurs."""

from __future__ import annotations

from dataclasses import dataclass, field

from graph.networks import networks
from graph.resolve import resolve
from model import identity
from model.canonical import Json
from tests.graph.worlds import MemoryVault, World

KEY = "pgp_key=0123456789ABCDEF0123456789ABCDEF01234567"
CAPTURE = "0" * 64


@dataclass
class StatefulVault(MemoryVault):
    """With the small state that loading keeps in a vault."""

    state: dict[str, Json] = field(default_factory=dict)

    def get(self, key: str) -> Json | None:
        return self.state.get(key)

    def put(self, key: str, value: Json) -> None:
        self.state[key] = value


class SampleWorld(World):
    """A world that says where everything was seen and where goods go."""

    def __init__(self) -> None:
        super().__init__()
        self.vault: StatefulVault = StatefulVault()
        self.capture = identity.capture(CAPTURE, "test")
        self.say(
            self.capture,
            "FROM",
            identity.source("test"),
            url="http://127.0.0.1/saved.html",
            captured_at="2026-01-01T00:00:00Z",
            sha256=CAPTURE,
            route="import",
            content_type="text/html",
        )

    def ships(self, platform: str, number: str, start: str, *ends: str) -> None:
        listing = identity.listing(platform, number)
        self.say(listing, "CAPTURED_IN", self.capture, locator=f"row {number}")
        self.say(listing, "SHIPS_FROM", identity.location(start), place=start)
        for end in ends:
            self.say(listing, "SHIPS_TO", identity.location(end), place=end)

    def resolved(self) -> StatefulVault:
        """The vault after a run of resolution and one of network analysis."""
        resolve(self.vault)
        networks(self.vault)
        return self.vault


def sample_world() -> SampleWorld:
    """Sellers on three markets; two of them one actor, four tied by what they share."""
    world = SampleWorld()
    world.account("north:Rhino Lord", KEY, "phone=+4915112345678", "email=lord@example.org")
    world.account("south:rhinolord", KEY, "wallet=btc:1BoatSLRHtKNngkdXEeobR76b53LETtpyT")
    world.account("east:ขายงาช้าง", "messenger=telegram:tusks", "phone=+4915112345678")
    world.account("east:tusk_shop", "messenger=telegram:tusks", "domain=tusks.example")
    world.account("east:象牙店", "bank_account=DE89370400440532013000", "domain=tusks.example")
    world.account("west:broker", "payment_handle=paypal:broker", "messenger=telegram:tusks")
    world.account("north:broker", "email=broker@example.org")
    world.account("west:hostile", f"onion={'a' * 55}d.onion", context="contact")
    for number in range(12):
        world.account(f"west:bystander{number:02}", f"email=b{number}@example.org")
    world.account("north:ann@reef.example", "email=ann@reef.example")
    world.known_as("south:rhinolord", "Rhino Lord")
    world.known_as("west:hostile", "x'}) DETACH DELETE n //\n`")
    _listings(world)
    world.judge(*_pair("east:tusk_shop", "west:broker"), "different")
    return world


def _listings(world: SampleWorld) -> None:
    world.listing(
        "north:Rhino Lord",
        "1",
        "email=lord@example.org",
        "email=escrow@example.org",
        context="contact",
        title="Rhino horn, café au lait",
        text="whole horn, 1.2 kg, tusks too",
        price="9 500 EUR",
        amount="9500.00",
        currency="EUR",
        relevance="offer",
        relevance_score=0.9,
        claims=["antique"],
        country="DE",
        posted_at="2026-01-01",
    )
    world.offers(
        "north",
        "1",
        "Rhinocerotidae",
        relation="offered",
        form="HOR",
        quantity="1",
        unit="item",
        price="9500.00",
        currency="EUR",
        cites="I",
        eu="A",
        rank="family",
        span="title:0-10",
    )
    world.ships("north", "1", "DE", "EU", "WORLD")
    world.listing("south:rhinolord", "2", context="contact", title="Ivory carving", text="old")
    world.offers("south", "2", "Elephantidae", relation="offered", price="120", currency="USD")
    world.ships("south", "2", "US", "US")
    world.listing("east:ขายงาช้าง", "3", context="contact", title="ขายงาช้างแท้", text="象牙手镯")
    world.say(identity.listing("east", "3"), "OFFERS", identity.product("IVC"), relation="offered")
    world.listing(
        "west:hostile", "4", context="contact", title="x' OR 1=1 //", text="a\x00b\ud800c"
    )
    world.say(identity.account("north", "rhino lord"), "CAPTURED_IN", world.capture, locator="1")
    _talk(world)


def _talk(world: SampleWorld) -> None:
    """A buyer asks under an offer in a group; another offer there was passed on."""
    offer, other = identity.listing("north", "1"), identity.listing("south", "2")
    group, thread = identity.group("north", "collectors"), identity.thread("north", "1")
    post, buyer = identity.post("north", "1-1"), identity.account("north", "curious")
    world.say(group, "DESCRIBED_AS", None, platform="north", title="Collectors", text="members")
    world.say(post, "DESCRIBED_AS", None, kind="comment", text="price?", says=["asks_price"])
    world.say(buyer, "DESCRIBED_AS", None, platform="north", handle="curious")
    world.say(buyer, "WROTE", post, says=["asks_price"])
    for subject in (group, post):
        world.say(subject, "CAPTURED_IN", world.capture, locator="1")
        world.say(subject, "MENTIONS", identity.identifier("email", "lord@example.org"))
    world.say(post, "IN_THREAD", thread, reply_to="1")
    world.say(offer, "IN_GROUP", group)
    world.say(post, "IN_GROUP", group)
    world.say(identity.account("north", "rhino lord"), "MEMBER_IN", group, role="admin")
    world.say(offer, "IN_THREAD", thread)
    source = identity.account("south", "source")
    world.say(source, "DESCRIBED_AS", None, platform="south", handle="source")
    for subject in (other, post):
        world.say(subject, "FORWARDED_FROM", source, name="source")


def _pair(left: str, right: str) -> tuple[str, str]:
    uids = [identity.account(*name.split(":", 1)).uid for name in (left, right)]
    return min(uids), max(uids)
