"""The statements that exports ask the graph; all read only, sorted by uid on every engine."""

from __future__ import annotations

from collections.abc import Iterator

from graph.schema import Relationship, schema

ACCOUNTS = """
MATCH (a:Account)
OPTIONAL MATCH (a)-[:RESOLVED_TO]->(p:Actor)
OPTIONAL MATCH (p)-[m:MEMBER_OF]->(n:Network)
RETURN a.uid AS account, a.platform AS platform, a.handle AS handle, p.uid AS actor,
       n.uid AS network, m.role AS role, a.first_seen AS first_seen, a.last_seen AS last_seen,
       a.listings AS listings
ORDER BY account, actor, network
"""

ACTORS = """
MATCH (a:Account)-[:RESOLVED_TO]->(p:Actor)
OPTIONAL MATCH (p)-[m:MEMBER_OF]->(n:Network)
RETURN p.uid AS actor, a.uid AS account, a.platform AS platform, a.handle AS handle,
       n.uid AS network, m.role AS role, a.first_seen AS first_seen, a.last_seen AS last_seen,
       a.listings AS listings
ORDER BY actor, account, network
"""

NETWORKS = """
MATCH (n:Network)
RETURN n.uid AS network, n.actors AS actors, n.accounts AS accounts, n.details AS details,
       n.bound_by AS bound_by, n.p_value AS p_value, n.q_value AS q_value,
       n.stability AS stability, n.score AS score
ORDER BY network
"""

KEY_ACTORS = """
MATCH (p:Actor)-[m:MEMBER_OF]->(n:Network) WHERE m.role <> 'member'
RETURN n.uid AS network, p.uid AS actor, m.role AS role, m.reasons AS reasons
ORDER BY network, actor
"""

LISTINGS = """
MATCH (l:Listing)
RETURN l.uid AS listing, l.platform AS platform, l.native_id AS listing_id, l.url AS url,
       l.kind AS kind, l.title AS title, l.text AS text, l.price AS price, l.amount AS amount,
       l.currency AS currency, l.posted_at AS posted_at, l.language AS language,
       l.country AS country, l.category AS category, l.relevance AS relevance,
       l.relevance_score AS relevance_score, l.claims AS claims,
       l.first_seen AS first_seen, l.last_seen AS last_seen
ORDER BY listing
"""

LISTING_SELLERS = """
MATCH (a:Account)-[:POSTED]->(l:Listing)
RETURN l.uid AS listing, a.uid AS account, a.handle AS seller
ORDER BY listing, account
"""

LISTING_TAXA = """
MATCH (l:Listing)-[r:OFFERS]->(t:Taxon)
RETURN l.uid AS listing, t.name AS value, r.relation AS relation
ORDER BY listing, value, relation
"""

LISTING_PRODUCTS = """
MATCH (l:Listing)-[r:OFFERS]->(t:Product)
RETURN l.uid AS listing, t.code AS value, r.relation AS relation
ORDER BY listing, value, relation
"""

LISTING_FROM = """
MATCH (l:Listing)-[:SHIPS_FROM]->(p:Location)
RETURN l.uid AS listing, p.code AS value
ORDER BY listing, value
"""

LISTING_TO = """
MATCH (l:Listing)-[:SHIPS_TO]->(p:Location)
RETURN l.uid AS listing, p.code AS value
ORDER BY listing, value
"""

STATEMENTS = {
    "accounts": ACCOUNTS,
    "actors": ACTORS,
    "networks": NETWORKS,
    "key_actors": KEY_ACTORS,
    "listings": LISTINGS,
    "listing_sellers": LISTING_SELLERS,
    "listing_taxa": LISTING_TAXA,
    "listing_products": LISTING_PRODUCTS,
    "listing_from": LISTING_FROM,
    "listing_to": LISTING_TO,
}
"""All fixed statements by name, for a conformance suite to run on every engine."""

_INTERNAL = frozenset({"handle_folded", "value_folded", "name_folded", "search_text"})
"""Properties that only serve the search; they say nothing of their own."""


def nodes() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Label, its properties and the statement that lists its nodes, by label."""
    parents = {label.parent for label in schema().labels.values()}
    for name, label in sorted(schema().labels.items()):
        if name not in parents and label.layer != "governance":
            properties = tuple(sorted({*label.properties} - _INTERNAL - {"uid"}))
            yield name, properties, _node_statement(name, properties)


def _node_statement(label: str, properties: tuple[str, ...]) -> str:
    told = "".join(f", n.{name} AS {name}" for name in properties)
    return f"MATCH (n:{label}) RETURN n.uid AS uid{told} ORDER BY uid"


def edges() -> Iterator[tuple[Relationship, str, tuple[str, ...], str]]:
    """Relationship, start label, properties and the statement that lists it, by name and label."""
    for _, kind in sorted(schema().relationships.items()):
        properties = tuple(sorted(kind.properties))
        for start in sorted(kind.starts):
            yield kind, start, properties, _edge_statement(kind.name, start, properties)


def _edge_statement(name: str, start: str, properties: tuple[str, ...]) -> str:
    told = "".join(f", r.{one} AS p_{one}" for one in properties)
    return (
        f"MATCH (a:{start})-[r:{name}]->(b) "
        f"RETURN a.uid AS left, b.uid AS right{told} ORDER BY left, right"
    )
