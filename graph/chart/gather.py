"""Asks the graph what stands around a network, an actor, an account or a listing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from config.resolution import ResolutionRules
from graph.chart import cypher
from graph.chart.picture import Edge, Node, Picture, listed, readable
from model.identity import fold_handle

Row = dict[str, Any]


class Readable(Protocol):
    """The part of the graph that charts need."""

    def read(self, cypher: str, **params: object) -> Iterator[Row]: ...


class Gatherer:
    """Builds pictures out of one graph; ``rules`` tell hubs, which are shown but tie nobody."""

    def __init__(self, graph: Readable, rules: ResolutionRules) -> None:
        self._graph = graph
        self._rules = rules

    def network(self, uid: str) -> Picture:
        """The actors of a network and what two or more of them share."""
        about = next(iter(self._read(cypher.NETWORK, uid=uid)), {})
        rows = self._read(cypher.NETWORK_ACCOUNTS, uid=uid)
        actor_of = {row["account"]: row["actor"] for row in rows}
        links = _merged(self._shown(list(actor_of)), actor_of)
        shared = [link for link in links if _sharers(links)[link["thing"]] > 1]
        nodes = [*self._actors(rows, shared), *_things(shared)]
        return Picture(
            title=f"Network {_short(uid)}",
            notes=_network_notes(about, rows),
            nodes=tuple(nodes),
            edges=tuple(_edges(shared)),
            run_id=str(about.get("run_id") or ""),
        )

    def actor(self, uid: str) -> Picture:
        """The accounts of an actor, what they show, and who else shows it."""
        rows = self._read(cypher.ACTOR_ACCOUNTS, uid=uid)
        return self._accounts(f"Actor {_short(uid)}", rows, targets=set())

    def account(self, uid: str) -> Picture:
        """An account, what it shows, who else shows it, and the accounts taken as the same."""
        rows = self._read(cypher.SAME_ACTOR, uid=uid) or self._read(cypher.ACCOUNT, uid=uid)
        name = next((_name(row) for row in rows if row["account"] == uid), uid)
        return self._accounts(f"Account {readable(name, 60)}", rows, targets={uid})

    def listing(self, uid: str) -> Picture:
        """A listing, who posted it, what it offers, and who else shows what stands in it."""
        about = next(iter(self._read(cypher.LISTING, uid=uid)), {})
        sellers = self._read(cypher.LISTING_SELLERS, uid=uid)
        things = [
            {**row, "account": uid, "style": "mentions"}
            for row in self._read(cypher.LISTING_THINGS, uid=uid)
        ]
        taxa = self._read(cypher.LISTING_TAXA, uid=uid)
        places = self._read(cypher.LISTING_PLACES, uid=uid)
        others = self._others(things, [row["account"] for row in sellers])
        title = readable(about.get("title") or about.get("native_id") or uid, 70)
        lines = (
            *listed([title], 1),
            readable(f"{about.get('platform')} {about.get('price') or ''}"),
        )
        nodes = [
            Node(uid, "listing", lines, rank=100, target=True),
            *(Node(row["account"], "account", (_name(row),), rank=90) for row in sellers),
            *_things(things),
            *_outsiders(others),
            *_named(taxa, "taxon"),
            *_named(places, "place"),
        ]
        edges = [
            *(Edge(row["account"], uid, "posted", row["statements"]) for row in sellers),
            *_edges(things),
            *_edges(others),
            *(Edge(uid, row["thing"], "offers", row["statements"]) for row in taxa),
            *(Edge(uid, row["thing"], "ships", row["statements"]) for row in places),
        ]
        return Picture(f"Listing: {title}", (), tuple(_once(nodes)), tuple(edges))

    def _accounts(self, title: str, rows: Sequence[Row], targets: set[str]) -> Picture:
        """Accounts with what they show; those of one actor tied to it where there are several."""
        accounts = [row["account"] for row in rows]
        counts = self._counts(accounts)
        links = self._shown(accounts)
        others = self._others(links, accounts)
        offered = self._read(cypher.OFFERED, accounts=accounts)
        nodes = [
            Node(
                row["account"],
                "account",
                (readable(_name(row)), *_counted(counts.get(row["account"], 0))),
                rank=80,
                target=row["account"] in targets,
            )
            for row in rows
        ]
        same: list[Edge] = []
        if len(rows) > 1:
            actor = rows[0]["actor"]
            nodes.insert(0, Node(actor, "actor", (f"actor {_short(actor)}",), 100, not targets))
            same = [Edge(actor, account, "same") for account in accounts]
        nodes += [*_things(links), *_outsiders(others), *_named(offered, "taxon")]
        edges = [
            *same,
            *_edges(links),
            *_edges(others),
            *(
                Edge(
                    row["account"], row["thing"], "offers", row["statements"], f"{row['listings']}×"
                )
                for row in offered
            ),
        ]
        run_id = str(rows[0].get("run_id") or "") if rows else ""
        return Picture(
            title, _account_notes(rows, counts), tuple(_once(nodes)), tuple(edges), run_id
        )

    def _actors(self, rows: Sequence[Row], links: Sequence[Row]) -> Iterator[Node]:
        """One node an actor: its accounts' names, and its role where it has one."""
        names: dict[str, list[str]] = {}
        roles: dict[str, str] = {}
        for row in rows:
            names.setdefault(row["actor"], []).append(_name(row))
            roles[row["actor"]] = str(row.get("role") or "")
        degree: dict[str, int] = {}
        for link in links:
            degree[link["account"]] = degree.get(link["account"], 0) + 1
        for actor, handles in names.items():
            key = roles[actor] not in {"", "member"}
            lines = (*listed(handles), *([f"({roles[actor]})"] if key else []))
            yield Node(actor, "actor", lines, 10.0 + degree.get(actor, 0), target=key)

    def _shown(self, accounts: Sequence[str]) -> list[Row]:
        """Identifiers and names that accounts show; what is given as one's own counts as that."""
        used = [{**row, "style": "uses"} for row in self._read(cypher.USES, accounts=accounts)]
        own = {(row["account"], row["thing"]) for row in used}
        mentioned = [
            {**row, "style": "mentions"}
            for row in self._read(cypher.MENTIONS, accounts=accounts)
            if (row["account"], row["thing"]) not in own
        ]
        named = [
            {**row, "kind": "alias", "df": None, "style": "named"}
            for row in self._read(cypher.NAMES, accounts=accounts)
        ]
        return [row for row in [*used, *mentioned, *named] if not self._is_hub(row)]

    def _is_hub(self, row: Row) -> bool:
        rule = self._rules.kinds.get(row["kind"])
        return rule is not None and (row["df"] or 0) > rule.links_up_to

    def _others(self, links: Sequence[Row], accounts: Sequence[str]) -> list[Row]:
        """Accounts outside that show the same identifiers."""
        things = sorted({row["thing"] for row in links if row["kind"] != "alias"})
        if not things:
            return []
        rows = self._read(cypher.OTHERS, things=things, accounts=list(accounts))
        return [{**row, "style": "uses"} for row in rows]

    def _counts(self, accounts: Sequence[str]) -> dict[str, int]:
        rows = self._read(cypher.LISTING_COUNTS, accounts=accounts)
        return {row["account"]: row["listings"] for row in rows}

    def _read(self, statement: str, **params: object) -> list[Row]:
        return list(self._graph.read(statement, **params))


def _merged(links: Iterable[Row], actor_of: dict[str, str]) -> list[Row]:
    """Links of accounts as links of their actors, one a thing; the stronger style wins."""
    merged: dict[tuple[str, str], Row] = {}
    for link in links:
        key = actor_of[link["account"]], link["thing"]
        known = merged.get(key)
        if known is None:
            merged[key] = {**link, "account": key[0]}
            continue
        known["statements"] += link["statements"]
        if link["style"] == "uses":
            known["style"] = "uses"
    return [merged[key] for key in sorted(merged)]


def _sharers(links: Iterable[Row]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for link in links:
        counts[link["thing"]] = counts.get(link["thing"], 0) + 1
    return counts


def _things(links: Iterable[Row]) -> Iterator[Node]:
    """A node for each identifier or name, ranked by how many of the shown accounts share it."""
    rows = list(links)
    counts = _sharers(rows)
    for row in _once_by(rows, "thing"):
        yield Node(row["thing"], row["kind"], (_value(row),), rank=5.0 * counts[row["thing"]])


def _outsiders(others: Sequence[Row]) -> Iterator[Node]:
    counts: dict[str, int] = {}
    for row in others:
        counts[row["account"]] = counts.get(row["account"], 0) + 1
    for row in _once_by(others, "account"):
        name = readable(_name(row))
        yield Node(row["account"], "outsider", (name,), rank=4.0 * counts[row["account"]])


def _named(rows: Sequence[Row], kind: str) -> Iterator[Node]:
    for row in _once_by(rows, "thing"):
        yield Node(row["thing"], kind, (readable(row["value"]),), rank=6.0)


def _edges(links: Iterable[Row]) -> Iterator[Edge]:
    for row in links:
        label = f"{row['statements']}×" if row["statements"] > 1 else ""
        yield Edge(row["account"], row["thing"], row["style"], row["statements"], label)


def _once_by(rows: Iterable[Row], key: str) -> Iterator[Row]:
    seen: set[str] = set()
    for row in rows:
        if row[key] not in seen:
            seen.add(row[key])
            yield row


def _once(nodes: Iterable[Node]) -> Iterator[Node]:
    seen: set[str] = set()
    for node in nodes:
        if node.uid not in seen:
            seen.add(node.uid)
            yield node


def _value(row: Row) -> str:
    value = str(row["value"])
    if row["kind"] == "pgp_key" and len(value) > 20:
        return readable(f"key …{value[-16:]}")
    return readable(fold_handle(value) if row["kind"] == "alias" else value)


def _name(row: Row) -> str:
    return f"{row['platform']}:{row['handle']}"


def _short(uid: str) -> str:
    return uid.partition("-")[2][:8]


def _counted(listings: int) -> tuple[str, ...]:
    return (f"{listings} listing{'s' * (listings != 1)}",) if listings else ()


def _network_notes(about: Row, rows: Sequence[Row]) -> tuple[str, ...]:
    """Size, trade, and what may be said of chance."""
    details = json.loads(about.get("details") or "{}")
    actors = len({row["actor"] for row in rows})
    platforms = readable(", ".join(sorted({str(row["platform"]) for row in rows})), 60)
    size = f"{actors} actors with {len(rows)} accounts on {platforms}"
    taxa = readable(", ".join(details.get("taxa") or ()), 60) or "no protected taxon read"
    return (
        f"{size}; {details.get('listings', 0)} listings; {taxa}.",
        f"As a network: {details.get('chance', 'not tested for chance')}.",
        "Shown: what two or more actors have in common. Things that too many show tie nobody.",
    )


def _account_notes(rows: Sequence[Row], counts: dict[str, int]) -> tuple[str, ...]:
    accounts = f"{len(rows)} account{'s' * (len(rows) != 1)}"
    return (f"{accounts}, {sum(counts.values())} listings.",)
