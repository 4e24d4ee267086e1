"""Full text over accounts and listings: the same answer from both engines.

Both sides are folded here (graph/folding.py) and compared by the engine as plain text. Neo4j has a
trigram index for that; ArcadeDB reads through the texts (about 250,000 listings a second). Words go
in as parameters, so nothing a person types is ever part of a statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph.engine import Graph
from graph.folding import needles
from model.errors import ConfigurationError

ACCOUNTS = """
MATCH (a:Account)
WHERE a.search_text CONTAINS $first AND all(word IN $rest WHERE a.search_text CONTAINS word)
RETURN 'account' AS found, a.uid AS uid, a.platform AS platform, a.handle AS name,
       a.handle AS seller, null AS price, null AS relevance, null AS relevance_score,
       a.last_seen AS last_seen, a.url AS url
ORDER BY last_seen DESC, uid LIMIT $limit
"""
LISTINGS = """
MATCH (l:Listing)
WHERE l.search_text CONTAINS $first AND all(word IN $rest WHERE l.search_text CONTAINS word)
WITH l ORDER BY coalesce(l.relevance_score, 0.0) DESC, l.last_seen DESC, l.uid LIMIT $limit
OPTIONAL MATCH (a:Account)-[:POSTED]->(l)
WITH l, a ORDER BY a.uid
WITH l, collect(a.handle) AS sellers
RETURN 'listing' AS found, l.uid AS uid, l.platform AS platform, l.title AS name,
       sellers[0] AS seller, l.price AS price, l.relevance AS relevance,
       l.relevance_score AS relevance_score, l.last_seen AS last_seen, l.url AS url
ORDER BY coalesce(relevance_score, 0.0) DESC, last_seen DESC, uid
"""


def search(graph: Graph, words: str, limit: int = 50) -> Iterator[dict[str, Any]]:
    """Accounts, then listings, in which all ``words`` occur; at most ``limit`` rows.

    ConfigurationError where there is nothing to look for.
    """
    wanted = sorted(needles(words), key=lambda word: (-len(word), word))
    if not wanted:
        raise ConfigurationError(f"nothing to search for in {words!r}", remedy="give a word")
    left = limit
    for statement in (ACCOUNTS, LISTINGS):
        if left <= 0:
            return
        for row in graph.read(statement, first=wanted[0], rest=wanted[1:], limit=left):
            left -= 1
            yield row
