"""What statements become: one relationship a fact, nodes by what was said last."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from graph.derived import derived
from graph.elements import Edge, Node
from graph.folding import fold_words, folded, needles
from graph.projection import Projection
from model import identity
from model.facts import Statement
from model.identity import Entity
from tests.graph.sample import KEY, sample_world
from tests.graph.worlds import MemoryVault, World

JOY = identity.account("dream", "Joy")
SHOP = identity.listing("dream", "1")
PHONE = identity.identifier("phone", "+4915112345678")


def stated(
    subject: Entity,
    predicate: str,
    other: Entity | None,
    seen: str = "2026-01-01T00:00:00Z",
    *,
    source: str = "dream",
    confidence: float = 0.9,
    tlp: str = "AMBER",
    **attributes: object,
) -> Statement:
    return Statement(
        subject, predicate, other, attributes, f"{source}-bytes", source, "d", "r", seen, seen,
        confidence, tlp=tlp,
    )  # fmt: skip


def project(statements: Iterable[Statement]) -> tuple[dict[str, Node], list[Edge], Projection]:
    made = Projection()
    vault = MemoryVault(list(statements))
    elements = list(made.elements(vault.statements()))
    nodes = {one.uid: one for one in elements if isinstance(one, Node)}
    edges = [one for one in elements if isinstance(one, Edge)]
    assert len(nodes) + len(edges) == len(elements), "a node came twice"
    return nodes, edges, made


def test_statements_of_one_fact_become_one_relationship() -> None:
    old = stated(JOY, "USES", PHONE, "2026-01-01T00:00:00Z", confidence=0.5, context="contact")
    new = stated(
        JOY,
        "USES",
        PHONE,
        "2026-03-01T00:00:00Z",
        source="empire",
        confidence=0.4,
        tlp="RED",
        context="payment",
    )
    _, edges, _ = project([old, new])
    assert [one.type for one in edges] == ["USES"]
    assert edges[0].properties == {
        "statement_ids": sorted([old.id, new.id]),
        "captures": ["dream-bytes", "empire-bytes"],
        "n_sources": 2,
        "first_seen": "2026-01-01T00:00:00Z",
        "last_seen": "2026-03-01T00:00:00Z",
        "confidence": 0.5,
        "tlp": "RED",
        "context": "payment",
        "contexts": ["contact", "payment"],
    }


def test_a_description_is_what_was_said_last_and_silence_takes_nothing_back() -> None:
    old = stated(SHOP, "DESCRIBED_AS", None, "2026-01-01T00:00:00Z", title="Tusk", price="9 EUR")
    new = stated(SHOP, "DESCRIBED_AS", None, "2026-02-01T00:00:00Z", title="Horn", price="")
    nodes, _, _ = project([new, old])
    shown = nodes[SHOP.uid].properties
    assert (shown["title"], shown["price"]) == ("Horn", "9 EUR")
    assert (shown["first_seen"], shown["last_seen"]) == (old.first_seen, new.last_seen)


def test_of_two_as_new_and_as_sure_the_id_decides_whatever_the_order() -> None:
    said = [stated(SHOP, "DESCRIBED_AS", None, title=f"title {n}") for n in range(5)]
    shown = {project(random.Random(n).sample(said, 5))[0][SHOP.uid].properties["title"]
             for n in range(5)}  # fmt: skip
    assert len(shown) == 1


def test_df_counts_accounts_that_use_or_mention_once_each() -> None:
    other = identity.account("empire", "x")
    said = [
        stated(JOY, "POSTED", SHOP),
        stated(SHOP, "MENTIONS", PHONE, context="contact"),
        stated(JOY, "USES", PHONE, context="contact"),
        stated(other, "MENTIONS", PHONE, context="escrow"),
    ]
    nodes, _, made = project(said)
    assert nodes[PHONE.uid].properties["df"] == 2
    assert nodes[JOY.uid].properties["listings"] == 1
    assert made.accounts == {JOY.uid, other.uid}


def test_numbers_are_numbers_and_what_is_none_is_left_out() -> None:
    taxon = identity.taxon("Elephantidae")
    said = stated(SHOP, "OFFERS", taxon, quantity="2", price="nan", unit=None, cites="I", why="x")
    nodes, edges, made = project([said])
    assert edges[0].properties["quantity"] == 2.0
    assert not {"price", "unit", "cites"} & edges[0].properties.keys()
    assert nodes[taxon.uid].properties == {"name": "Elephantidae", "cites": "I"}
    assert made.left_out == {"OFFERS.why": 1}


def test_text_no_engine_keeps_is_replaced_and_indexed_text_is_cut() -> None:
    shop = identity.account("p" * 1000, "n" * 1000)
    said = stated(shop, "DESCRIBED_AS", None, platform="dream", handle="a\x00b\ud800c")
    shown = project([said])[0][shop.uid].properties
    assert shown["handle"] == "a\ufffdb\ufffdc"
    assert len(str(shown["handle_folded"])) == 300


def test_the_whole_sample_keeps_to_the_schema() -> None:
    vault = sample_world().resolved()
    made = Projection()
    elements = list(made.elements(vault.statements()))
    elements += derived(vault, made.accounts)
    known = made._schema
    for one in elements:
        if isinstance(one, Node):
            known.check_node(one.label, one.uid, one.properties)
        else:
            known.check_edge(one.type, one.start.label, one.end.label, one.properties)
    ends = {end.uid for one in elements if isinstance(one, Edge) for end in (one.start, one.end)}
    assert ends <= {one.uid for one in elements if isinstance(one, Node)}
    assert made.left_out == {}


def test_a_judgement_stands_over_the_run_and_the_last_over_the_first() -> None:
    world = World()
    left, right = sorted([world.account("a:x", KEY), world.account("b:x", KEY)])
    world.judge(right, left, "same", at=1)
    world.judge(left, right, "different", by="bob", at=2)
    pairs = [one for one in derived(world.vault, {left, right}) if isinstance(one, Edge)]
    assert [(one.type, one.start.uid, one.end.uid) for one in pairs] == [("SAME_AS", left, right)]
    assert pairs[0].properties["judgement"] == "different"
    assert pairs[0].properties["by"] == "bob"
    assert list(derived(world.vault, {left})) == [], "an account that is gone takes its pairs along"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Élan IVORY_tusk, 1.2kg", ["elan", "ivory", "tusk", "1", "2kg"]),
        ("ขายงาช้าง", ["ขายงาช้าง"]),
        ("象牙。手镯", ["象牙", "手镯"]),
        ("ﬁne Ｗide", ["fine", "wide"]),
        ("", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert fold_words(text) == words


def test_needles_begin_words_where_words_have_beginnings() -> None:
    assert needles("Tusk 象牙 tusk") == [" tusk", "象牙"]
    assert folded("a  B", "象") == " a b 象"
