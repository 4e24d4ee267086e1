"""Exports and charts of a real graph: complete, sorted, safe to open, the same after a reload."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import pytest

from config.resolution import ResolutionRules, load_rules
from config.settings import load_workspace
from graph.chart import chart
from graph.engine import open_graph
from graph.export import cypher, export
from graph.export.fields import columns
from graph.export.run import FORMATS
from graph.load import load
from graph.networks import networks
from graph.resolve import resolve
from model.errors import ConfigurationError
from tests.graph.filled import fill, hostile_world


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A workspace with a filled vault, and its loaded graph."""
    root = tmp_path_factory.mktemp("exports") / "workspace"
    for folder in ("sources", "vault", "graph", "exports"):
        (root / folder).mkdir(parents=True)
    (root / "spoor.toml").write_text('name = "test"\n', encoding="utf-8")
    workspace = load_workspace(root)
    with fill(hostile_world(), workspace) as vault:
        resolve(vault)
        networks(vault, quick())
        with open_graph(workspace) as graph:
            load(workspace, vault, graph=graph)
            yield SimpleNamespace(workspace=workspace, vault=vault, graph=graph)


def quick() -> ResolutionRules:
    """The shipped rules with fewer repeats in random worlds."""
    rules = load_rules()
    network = rules.network.model_copy(update={"randomisations": 199, "early_stop": 99})
    return rules.model_copy(update={"network": network})


def write(place: SimpleNamespace, what: str, fmt: str, out: Path, **more: object) -> Path:
    export(
        what,
        fmt,
        out / f"{what}.{fmt}",
        graph=place.graph,
        vault=place.vault,
        settings=place.workspace.settings,
        **more,
    )
    return out / f"{what}.{fmt}"


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_accounts_are_those_of_the_contract(place, tmp_path) -> None:
    rows = lines(write(place, "accounts", "jsonl", tmp_path))
    assert len(rows) == 17
    assert [row["account"] for row in rows] == sorted(row["account"] for row in rows)
    contract = "platform handle account actor network role first_seen last_seen listings"
    assert all(list(row) == contract.split() for row in rows)
    by_name = {f"{row['platform']}:{row['handle']}": row for row in rows}
    assert by_name["north:Rhino Lord"]["actor"] == by_name["south:rhinolord"]["actor"]
    assert by_name["north:Rhino Lord"]["listings"] == 1
    assert by_name["north:Rhino Lord"]["network"].startswith("network-")
    assert (by_name["south:bystander00"]["network"], by_name["south:bystander00"]["role"]) == (
        None,
        None,
    )


def test_actors_networks_and_listings(place, tmp_path) -> None:
    actors = lines(write(place, "actors", "jsonl", tmp_path))
    assert sorted(len(row["accounts"]) for row in actors)[-2:] == [1, 2]
    (network,) = [
        row for row in lines(write(place, "networks", "jsonl", tmp_path)) if row["actors"] > 2
    ]
    assert network["accounts"] == 6  # one of them only because its mail stands in an advert
    assert network["taxa"] == ["Loxodonta africana"]
    assert network["exposed"] is (network["q_value"] <= 0.01)
    assert "chance" in network["chance"]
    assert "wallet:btc:1Cashier" in network["bound_by"]
    (listing,) = lines(write(place, "listings", "jsonl", tmp_path))
    assert listing["taxa"] == ["Loxodonta africana"]
    assert listing["seller"] == "Rhino Lord"


def test_every_export_has_its_columns_in_every_format(place, tmp_path) -> None:
    for what, formats in FORMATS.items():
        for fmt in formats:
            path = write(place, what, fmt, tmp_path)
            if fmt == "csv":
                with path.open(encoding="utf-8-sig", newline="") as file:
                    table = list(csv.reader(file))
                assert tuple(table[0]) == columns(what)
                assert {len(row) for row in table} == {len(columns(what))}
                assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_cell_is_a_formula(place, tmp_path) -> None:
    for what in ("accounts", "actors", "listings", "statements", "graph"):
        with write(place, what, "csv", tmp_path).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert not [cell for cell in cells if "\x07" in cell]


def test_graphml_is_read_by_networkx(place, tmp_path) -> None:
    read = nx.read_graphml(write(place, "graph", "graphml", tmp_path))
    rows = lines(write(place, "graph", "jsonl", tmp_path))
    assert read.number_of_nodes() == sum("node" in row for row in rows)
    assert read.number_of_edges() == sum("edge" in row for row in rows)
    assert {data["label"] for _, data in read.nodes(data=True)} >= {"Account", "Wallet", "Taxon"}
    assert all("label" in data for _, _, data in read.edges(data=True))


def test_statements_are_all_there(place, tmp_path) -> None:
    rows = lines(write(place, "statements", "jsonl", tmp_path))
    assert [row["id"] for row in rows] == [one.id for one in place.vault.statements()]


def test_the_marking_stands_beside_the_file(place, tmp_path, clock) -> None:
    path = write(place, "accounts", "jsonl", tmp_path, tlp="red", clock=clock)
    about = json.loads((tmp_path / "accounts.jsonl.meta.json").read_text("utf-8"))
    assert about["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (about["tlp"], about["rows"], about["bytes"]) == ("TLP:RED", 17, path.stat().st_size)
    assert about["exported_at"] == "2026-01-01T00:00:01Z"
    assert set(about["runs"]) == {"resolution", "network"}
    assert not list(tmp_path.glob(".*"))


def test_a_redacted_export_holds_no_handle_identifier_or_uid(place, tmp_path) -> None:
    secret = [
        "rhino",
        "Rhino",
        "bystander",
        "x.org",
        "4915112345678",
        "1Cashier",
        "象牙",
        "SUM(A1)",
    ]
    secret += ["call me", "0123456789ABCDEF", "Elfenbein"]
    plain = lines(write(place, "graph", "jsonl", tmp_path))
    secret += [row["node"] for row in plain if "node" in row]
    for what, formats in FORMATS.items():
        for fmt in formats:
            text = write(place, what, fmt, tmp_path, redact=True).read_text("utf-8")
            assert not [one for one in secret if one in text], (what, fmt)
    redacted = lines(write(place, "accounts", "jsonl", tmp_path, redact=True))
    assert len({row["account"] for row in redacted}) == 17
    assert sum(row["network"] is not None for row in redacted) == 6


def test_a_graph_loaded_again_gives_the_same_bytes(place, tmp_path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for what, formats in FORMATS.items():
        for fmt in formats:
            write(place, what, fmt, first)
    load(place.workspace, place.vault, rebuild=True, graph=place.graph)
    for what, formats in FORMATS.items():
        for fmt in formats:
            again = write(place, what, fmt, second)
            assert again.read_bytes() == (first / again.name).read_bytes()


@pytest.mark.parametrize(
    ("what", "fmt", "tlp"),
    [("sellers", "jsonl", None), ("accounts", "xlsx", None), ("accounts", "csv", "PINK")],
)
def test_what_there_is_not_is_refused_by_name(place, tmp_path, what, fmt, tlp) -> None:
    with pytest.raises(ConfigurationError, match="one of"):
        write(place, what, fmt, tmp_path, tlp=tlp)
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_named(place, tmp_path) -> None:
    (tmp_path / "accounts.jsonl").mkdir()
    with pytest.raises(ConfigurationError, match=r"accounts\.jsonl"):
        write(place, "accounts", "jsonl", tmp_path)


def test_every_fixed_statement_runs(place) -> None:
    for statement in cypher.STATEMENTS.values():
        list(place.graph.read(statement))


def uid_of(place: SimpleNamespace, statement: str) -> str:
    return next(iter(place.graph.read(statement)))["uid"]


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_charts_of_everything(place, tmp_path, suffix) -> None:
    network = "MATCH (n:Network) WHERE n.accounts > 2 RETURN n.uid AS uid"
    actor = "MATCH (n:Actor) WHERE n.accounts > 1 RETURN n.uid AS uid"
    listing = "MATCH (n:Listing) RETURN n.uid AS uid"
    for statement, least in ((network, 6), (actor, 6), (listing, 3)):
        uid = uid_of(place, statement)
        out = tmp_path / f"{uid}.{suffix}"
        drawn = chart(place.graph, uid[:-20], out, settings=place.workspace.settings)
        assert drawn.nodes >= least
        assert drawn.size == out.stat().st_size > 1000
    out = tmp_path / f"account.{suffix}"
    drawn = chart(place.graph, "NORTH:rhino lord", out, settings=place.workspace.settings)
    assert drawn.edges >= 4


@pytest.mark.parametrize(
    ("target", "name", "says"),
    [
        ("network-0000", "x.svg", "nothing in the graph"),
        ("north:nobody", "x.svg", "north:nobody"),
        ("ivory", "x.svg", "names nothing to draw"),
        ("account-", "x.svg", "17 things begin with"),
        ("north:Rhino Lord", "x.html", "pdf, png, svg"),
    ],
)
def test_a_chart_of_nothing_is_refused(place, tmp_path, target, name, says) -> None:
    with pytest.raises(ConfigurationError, match=says):
        chart(place.graph, target, tmp_path / name, settings=place.workspace.settings)
    assert not list(tmp_path.iterdir())
