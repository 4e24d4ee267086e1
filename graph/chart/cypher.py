"""The statements that charts ask the graph; all read only, the same on every engine."""

from __future__ import annotations

FIND_NETWORKS = "MATCH (n:Network) WHERE n.uid STARTS WITH $stem RETURN n.uid AS uid ORDER BY uid"
FIND_ACTORS = "MATCH (n:Actor) WHERE n.uid STARTS WITH $stem RETURN n.uid AS uid ORDER BY uid"
FIND_ACCOUNTS = "MATCH (n:Account) WHERE n.uid STARTS WITH $stem RETURN n.uid AS uid ORDER BY uid"
FIND_LISTINGS = "MATCH (n:Listing) WHERE n.uid STARTS WITH $stem RETURN n.uid AS uid ORDER BY uid"

NETWORK = """
MATCH (n:Network {uid: $uid})
RETURN n.run_id AS run_id, n.score AS score, n.q_value AS q_value,
       n.details AS details
"""

NETWORK_ACCOUNTS = """
MATCH (n:Network {uid: $uid})<-[m:MEMBER_OF]-(p:Actor)<-[:RESOLVED_TO]-(a:Account)
RETURN p.uid AS actor, m.role AS role, a.uid AS account, a.platform AS platform,
       a.handle AS handle
ORDER BY actor, account
"""

ACTOR_ACCOUNTS = """
MATCH (p:Actor {uid: $uid})<-[:RESOLVED_TO]-(a:Account)
RETURN p.uid AS actor, p.run_id AS run_id, a.uid AS account, a.platform AS platform,
       a.handle AS handle
ORDER BY account
"""

SAME_ACTOR = """
MATCH (b:Account {uid: $uid})-[:RESOLVED_TO]->(p:Actor)
MATCH (a:Account)-[:RESOLVED_TO]->(p)
RETURN p.uid AS actor, p.run_id AS run_id, a.uid AS account, a.platform AS platform,
       a.handle AS handle
ORDER BY account
"""

ACCOUNT = """
MATCH (a:Account {uid: $uid})
RETURN a.uid AS account, a.platform AS platform, a.handle AS handle
"""

LISTING_COUNTS = """
MATCH (a:Account)-[:POSTED]->(l:Listing) WHERE a.uid IN $accounts
RETURN a.uid AS account, count(l) AS listings
ORDER BY account
"""

USES = """
MATCH (a:Account)-[r:USES]->(i:Identifier) WHERE a.uid IN $accounts
RETURN a.uid AS account, i.uid AS thing, i.kind AS kind, i.value AS value, i.df AS df,
       size(r.statement_ids) AS statements
ORDER BY account, thing
"""

MENTIONS = """
MATCH (a:Account)-[:POSTED]->(l:Listing)-[r:MENTIONS]->(i:Identifier) WHERE a.uid IN $accounts
WITH a.uid AS account, i.uid AS thing, i.kind AS kind, i.value AS value, i.df AS df,
     sum(size(r.statement_ids)) AS statements
RETURN account, thing, kind, value, df, statements
ORDER BY account, thing
"""

NAMES = """
MATCH (a:Account)-[r:KNOWN_AS]->(n:Alias) WHERE a.uid IN $accounts
RETURN a.uid AS account, n.uid AS thing, n.name AS value, size(r.statement_ids) AS statements
ORDER BY account, thing
"""

OTHERS = """
MATCH (i:Identifier)<-[r:USES]-(a:Account) WHERE i.uid IN $things AND NOT a.uid IN $accounts
RETURN a.uid AS account, a.platform AS platform, a.handle AS handle, i.uid AS thing,
       size(r.statement_ids) AS statements
ORDER BY account, thing
LIMIT 500
"""

OFFERED = """
MATCH (a:Account)-[:POSTED]->(l:Listing)-[r:OFFERS]->(t:Taxon) WHERE a.uid IN $accounts
WITH a.uid AS account, t.uid AS thing, t.name AS value, count(l) AS listings,
     sum(size(r.statement_ids)) AS statements
RETURN account, thing, value, listings, statements
ORDER BY account, thing
"""

LISTING = """
MATCH (l:Listing {uid: $uid})
RETURN l.title AS title, l.platform AS platform, l.native_id AS native_id, l.price AS price
"""

LISTING_SELLERS = """
MATCH (a:Account)-[r:POSTED]->(l:Listing {uid: $uid})
RETURN a.uid AS account, a.platform AS platform, a.handle AS handle,
       size(r.statement_ids) AS statements
ORDER BY account
"""

LISTING_THINGS = """
MATCH (l:Listing {uid: $uid})-[r:MENTIONS]->(i:Identifier)
RETURN i.uid AS thing, i.kind AS kind, i.value AS value, i.df AS df,
       size(r.statement_ids) AS statements
ORDER BY thing
"""

LISTING_TAXA = """
MATCH (l:Listing {uid: $uid})-[r:OFFERS]->(t:Taxon)
RETURN t.uid AS thing, t.name AS value, size(r.statement_ids) AS statements
ORDER BY thing
"""

LISTING_PLACES = """
MATCH (l:Listing {uid: $uid})-[r:SHIPS_FROM|SHIPS_TO]->(p:Location)
RETURN p.uid AS thing, p.code AS value, type(r) AS relation,
       size(r.statement_ids) AS statements
ORDER BY thing, relation
"""
