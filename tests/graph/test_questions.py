"""The analysts' questions, asked of the sample world on both engines."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from config.settings import Settings, Workspace
from graph.engine import Graph
from graph.load import load
from graph.questions import ask, questions
from graph.questions.arguments import kinds
from graph.search import search
from model import identity
from model.errors import ConfigurationError, GraphError
from tests.graph.conftest import emptied
from tests.graph.sample import CAPTURE, sample_world

RHINOLORD = identity.account("south", "rhinolord").uid


@pytest.fixture(scope="module", params=["embedded", "neo4j"])
def graph(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    loaded: Graph = emptied(request.getfixturevalue(f"{request.param}_server"))
    place = Workspace(tmp_path_factory.mktemp("questions"), Settings())
    load(place, sample_world().resolved(), graph=loaded)
    return loaded


def asked(graph: Graph, name: str, *args: str) -> list[dict[str, Any]]:
    return list(ask(graph, name, args))


def test_there_are_enough_questions_and_each_is_whole() -> None:
    assert len(questions()) >= 14
    for one in questions():
        assert {argument.type for argument in one.arguments} <= set(kinds())
        needed = [argument for argument in one.arguments if argument.default is None]
        assert len(needed) <= len(one.example) <= len(one.arguments)
        assert one.description
        for statement in one.statements:
            assert "$" not in statement or one.arguments


def test_who_uses_an_identifier(graph: Graph) -> None:
    rows = asked(graph, "who-uses", "+49 151 1234 5678")
    users = [(row["platform"], row["handle"], row["df"]) for row in rows if row["how"] == "uses"]
    assert sorted(users) == [("east", "ขายงาช้าง", 2), ("north", "Rhino Lord", 2)]
    assert all(row["statements"] and row["captures"] == [CAPTURE] for row in rows)
    assert [row["how"] for row in asked(graph, "who-uses", "escrow@example.org")] == [
        "mentions in listings"
    ]
    assert asked(graph, "who-uses", "@tusks") == asked(graph, "who-uses", "telegram:tusks")


def test_how_two_are_connected_hop_by_hop(graph: Graph) -> None:
    hops = asked(graph, "connected", "south:rhinolord", "west:broker")
    assert [row["hop"] for row in hops] == list(range(1, len(hops) + 1))
    assert (hops[0]["from"], hops[-1]["to"]) == ("rhinolord", "broker")
    assert all(row["statements"] for row in hops if row["relation"] != "RESOLVED_TO")
    for before, after in pairwise(hops):
        assert before["to_uid"] == after["from_uid"]
    assert asked(graph, "connected", "west:bystander01", "west:bystander02") == []


def test_evidence_of_two(graph: Graph) -> None:
    rows = asked(graph, "evidence-of", "north:Rhino Lord", "south:rhinolord")
    shared = {row["how"]: row for row in rows}
    assert shared["both USES"]["shared"] == "0123456789ABCDEF0123456789ABCDEF01234567"
    assert len(shared["both USES"]["statements"]) == 2
    assert shared["both USES"]["urls"] == ["http://127.0.0.1/saved.html"]
    direct = asked(graph, "evidence-of", "north:Rhino Lord", "lord@example.org")
    assert {row["how"] for row in direct} == {"USES", "MENTIONS"}


def test_what_else_a_seller_offers(graph: Graph) -> None:
    row = asked(graph, "offers-of", "NORTH: rhino  lord")[0]
    assert (row["title"], row["goods"]) == ("Rhino horn, café au lait", ["Rhinocerotidae"])
    assert row["captures"] == [CAPTURE]
    assert asked(graph, "offers-of", RHINOLORD)[0]["title"] == "Ivory carving"


def test_who_asks_under_a_sellers_offers(graph: Graph) -> None:
    (row,) = asked(graph, "asked-about", "north:Rhino Lord")
    assert (row["by"], row["says"], row["text"]) == ("curious", ["asks_price"], "price?")
    assert row["title"] == "Rhino horn, café au lait"
    assert row["statements"]
    assert asked(graph, "asked-about", "west:hostile") == []


def test_which_groups_a_seller_is_in(graph: Graph) -> None:
    rows = asked(graph, "groups-of", "north:Rhino Lord")
    assert [(row["title"], row["role"], row["listings"]) for row in rows] == [
        ("Collectors", "posts", 1),
        ("Collectors", "admin", 0),
    ]
    assert all(row["statements"] for row in rows)


def test_an_actor_stands_for_its_accounts(graph: Graph) -> None:
    accounts = asked(graph, "accounts-of", "south:rhinolord")
    assert {row["handle"] for row in accounts} == {"Rhino Lord", "rhinolord"}
    actor = accounts[0]["actor"]
    assert asked(graph, "accounts-of", actor) == accounts
    assert {row["handle"] for row in asked(graph, "offers-of", actor)} == {
        "Rhino Lord",
        "rhinolord",
    }
    assert any(reason.startswith("pgp_key:") for reason in accounts[0]["reasons"])
    assert next(row["actor"] for row in asked(graph, "cross-platform")) == actor


def test_sellers_of_a_taxon_by_country(graph: Graph) -> None:
    row = asked(graph, "sellers-of", "rhinocerotidae")[0]
    assert (row["country"], row["handle"], row["listings"]) == ("DE", "Rhino Lord", 1)
    assert asked(graph, "sellers-of", "Rhinocerotidae", "de")
    assert asked(graph, "sellers-of", "Rhinocerotidae", "FR") == []


def test_prices_and_routes(graph: Graph) -> None:
    price = asked(graph, "prices-of", "Rhinocerotidae")[0]
    assert (price["currency"], price["lowest"], price["listings"]) == ("EUR", 9500.0, 1)
    routes = {(row["ships_from"], row["ships_to"]) for row in asked(graph, "routes")}
    assert routes == {("DE", "EU"), ("DE", "WORLD"), ("US", "US")}


def test_dates(graph: Graph) -> None:
    assert len(asked(graph, "new-since", "2026-01-01")) == 4
    assert asked(graph, "new-since", "2026-01-02") == []
    assert asked(graph, "contacts-since", "2026")
    assert asked(graph, "silent-since", "2026-01-01") == []
    assert {row["handle"] for row in asked(graph, "silent-since", "2027")} == {
        "Rhino Lord",
        "rhinolord",
    }


def test_names(graph: Graph) -> None:
    rows = asked(graph, "aliases-of", "rhino lord")
    assert {row["handle"] for row in rows} == {"Rhino Lord", "rhinolord"}
    assert [row["name"] for row in asked(graph, "same-name")] == ["broker"]


def test_what_is_shared_most(graph: Graph) -> None:
    row = asked(graph, "shared-identifiers", "3")[0]
    assert (row["value"], row["df"], len(row["accounts"])) == ("telegram:tusks", 3, 3)


@pytest.mark.parametrize("name", ["ann", "north:ann", "ANN@reef.example", "north:ann@reef.example"])
def test_a_handle_is_found_without_its_host(graph: Graph, name: str) -> None:
    rows = asked(graph, "identifiers-of", name)
    assert {row["handle"] for row in rows} == {"ann@reef.example"}


def test_a_handle_many_bear_stands_for_all(graph: Graph) -> None:
    rows = asked(graph, "identifiers-of", "broker")
    assert {row["platform"] for row in rows} == {"north", "west"}


@pytest.mark.parametrize("example", questions(), ids=lambda one: str(one.name))
def test_arguments_are_taken_by_name_and_columns_keep_their_order(
    graph: Graph, example: Any
) -> None:
    talked = example.name in ("asked-about", "groups-of")
    given = {"seller": "north:Rhino Lord" if talked else "south:rhinolord",
             "actor": "south:rhinolord", "identifier": "tusks",
             "a": "north:Rhino Lord", "b": "south:rhinolord", "thing": "north:Rhino Lord",
             "date": "2027" if example.name.startswith("silent") else "2025", "least": "2",
             "taxon": "Elephantidae", "name": "rhino lord", "country": "us"}  # fmt: skip
    args = {one.name: given[one.name] for one in example.arguments}
    rows = list(ask(graph, example.name, args))
    assert rows
    assert all(tuple(row) == example.columns for row in rows)


@pytest.mark.parametrize(
    ("name", "args", "said"),
    [
        ("who-use", ["x"], "see who-uses"),
        ("who-uses", [], "needs IDENTIFIER"),
        ("who-uses", [" "], "needs IDENTIFIER"),
        ("routes", ["a", "b"], "takes 1 arguments, not 2"),
        ("routes", {"colour": "red"}, "does not know colour"),
        ("new-since", ["yesterday"], "not a date"),
        ("shared-identifiers", ["many"], "not a whole number"),
    ],
)
def test_wrong_questions_are_explained(graph: Graph, name: str, args: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        list(ask(graph, name, args))


@pytest.mark.parametrize("kind", ["offers-of", "who-uses", "captures-of", "accounts-of"])
@pytest.mark.parametrize("slip", ["nobody", "x'}) DETACH DELETE n //", "account-" + "0" * 32])
def test_what_is_nowhere_is_an_error_and_not_a_clean_record(
    graph: Graph, kind: str, slip: str
) -> None:
    with pytest.raises(GraphError, match="in the graph"):
        asked(graph, kind, slip)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("horn", ["Rhino horn, café au lait"]),
        ("HORN cafe", ["Rhino horn, café au lait"]),
        ("rhino", ["Rhino Lord", "rhinolord", "Rhino horn, café au lait"]),
        ("orn", []),
        ("งาช้าง", ["ขายงาช้าง", "ขายงาช้างแท้"]),
        ("象牙", ["象牙店", "ขายงาช้างแท้"]),
        ("tusk_shop", ["tusk_shop"]),
        ("nothing here", []),
        ("x' OR 1=1", ["x' OR 1=1 //"]),
        ("' }) RETURN n //", []),
    ],
)
def test_search_finds_the_same_everywhere(graph: Graph, words: str, names: list[str]) -> None:
    assert sorted(row["name"] for row in search(graph, words)) == sorted(names)


def test_search_keeps_to_its_limit_and_wants_words(graph: Graph) -> None:
    assert len(list(search(graph, "bystander", limit=5))) == 5
    assert [row["found"] for row in search(graph, "rhino")] == ["account", "account", "listing"]
    with pytest.raises(ConfigurationError, match="nothing to search"):
        list(search(graph, " !? "))
