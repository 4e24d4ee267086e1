"""Read-only Cypher: what is refused by us, and what the servers refuse without us."""

from __future__ import annotations

import pytest

from graph.cypher import check_read_only, read_only
from graph.engine import Graph
from model.errors import ConfigurationError, GraphError

READS = [
    "MATCH (n:Account) RETURN n.uid AS uid",
    "match (n) where n.set = 'x' return count(n) as deleted",
    "MATCH (n {set: 1, create: 2}) RETURN n.delete",
    "MATCH (n:`CREATE`) RETURN 'MERGE (x)' AS `DELETE`, \"SET\" AS x // SET n.x = 1",
    "MATCH (n:SET) RETURN n /* DELETE n */ LIMIT 1;",
    "OPTIONAL MATCH (n) RETURN n",
    "UNWIND [1, 2] AS x WITH x WHERE x > 1.5 RETURN x",
    "CALL db.labels() YIELD label RETURN label",
    "MATCH (n) CALL { WITH n RETURN 1 AS one } RETURN one",
    "EXPLAIN MATCH (n) RETURN n",
    "RETURN $set AS x",
    "RETURN 'it''s' AS x, 'a\\'b' AS y",
    "MATCH (n) RETURN size([x IN [1] WHERE x > 0 | x]) AS n, 0x1F AS hex, 1e5 AS large",
]
WRITES = [
    "CREATE (n:X)",
    "create (n:X)",
    "MATCH (n) SET n.x = 1",
    "MATCH (n) SET/**/n.x = 1",
    "MATCH (n)\nSET\nn.x = 1",
    "MATCH (n) DELETE n",
    "MATCH (n) DETACH DELETE n",
    "MATCH (n) REMOVE n.x",
    "MERGE (n:X) RETURN n",
    "MATCH (n) FOREACH (x IN [1] | SET n.x = x)",
    "MATCH (n) CALL { WITH n SET n.x = 1 } RETURN n",
    "MATCH (n) CALL { WITH n DELETE n } IN TRANSACTIONS",
    "RETURN 1; CREATE (n)",
    "RETURN 1 AS x;;CREATE (n)",
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
    "CALL dbms.listConfig()",
    "CALL apoc.cypher.runWrite('CREATE (n)', {})",
    "CALL db.index.fulltext.drop('x')",
    "CALL `db`.`labels`()",
    "CALL db.labels.more()",
    "DROP CONSTRAINT account_uid",
    "DROP DATABASE spoor",
    "GRANT ROLE admin TO reader",
    "SHOW USERS",
    "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'",
    "EXPLAIN CREATE (n)",
    "PROFILE SHOW USERS",
    "USE system MATCH (n) RETURN n",
    "RETURN 1.SET n.x = 1",
    "RETURN '\\u0027 AS a SET n.x = 1 //'",
    "\\u0043REATE (n)",
    "MATCH (n) ſET n.x = 1",
    "MATCH (n) ＳＥＴ n.x = 1",
    "MATCH (n) RETURN 'open SET n.x = 1",
    "MATCH (n) RETURN `open SET n.x = 1",
    "MATCH (n) RETURN n /* open SET n.x = 1",
    "MATCH (n) S\u200bET n.x = 1",
    "MATCH (n) RETURN '\\\\' SET n.x = '\\\\'",
    "INSERT (n:X)",
    "",
    "   // nothing",
    "SELECT FROM Account",
]


@pytest.mark.parametrize("statement", READS)
def test_reading_is_let_through(statement: str) -> None:
    check_read_only(statement)


@pytest.mark.parametrize("statement", WRITES)
def test_anything_else_is_refused(statement: str) -> None:
    with pytest.raises(ConfigurationError, match="read-only"):
        check_read_only(statement)


@pytest.mark.parametrize("piece", ["'", "`", "/*", "'\\", "\\'", "(", "{", "a.", ";"])
def test_hostile_statements_take_no_longer_than_their_length(piece: str) -> None:
    with pytest.raises(ConfigurationError):
        check_read_only("MERGE " + piece * 200_000)


REFUSED_BY_THE_SERVER = [
    "CREATE (n:Account {uid: 'x'})",
    "MATCH (n:Account) DELETE n",
    "MERGE (n:Account {uid: 'x'}) RETURN n",
    "CREATE CONSTRAINT x IF NOT EXISTS FOR (n:X) REQUIRE n.uid IS UNIQUE",
]


@pytest.mark.parametrize("statement", REFUSED_BY_THE_SERVER)
def test_past_our_check_the_server_refuses(empty: Graph, statement: str) -> None:
    """Neo4j by the access mode, the embedded engine by the rights of its reading user."""
    empty.write("CREATE (n:Account {uid: 'there'})")
    with pytest.raises(GraphError, match=r"refused: .*(not allowed|access mode)"):
        list(empty.read(statement))
    assert list(empty.read("MATCH (n) RETURN n.uid AS uid")) == [{"uid": "there"}]


def test_past_our_check_nothing_is_kept(empty: Graph) -> None:
    """A change of properties is refused, or runs in a transaction that is rolled back."""
    empty.write("CREATE (n:Account {uid: 'there', handle: 'old'})")
    statement = "MATCH (n:Account) SET n.handle = 'new' RETURN n.handle AS handle"
    if empty.dialect == "neo4j":
        with pytest.raises(GraphError, match="access mode"):
            list(empty.read(statement))
    else:
        list(empty.read(statement))
    assert next(empty.read("MATCH (n) RETURN n.handle AS handle")) == {"handle": "old"}


def test_rows_come_as_plain_values(empty: Graph) -> None:
    empty.write("CREATE (:Account {uid: 'a', listings: 2})-[:POSTED {tlp: 'RED'}]->(:Listing)")
    statement = "MATCH p = (a:Account)-[x]->(l) RETURN a, x, [a.uid, $k] AS list, p"
    assert list(read_only(empty, statement, k=1.5)) == [
        {
            "a": {"labels": ["Account"], "uid": "a", "listings": 2},
            "x": {"type": "POSTED", "tlp": "RED"},
            "list": ["a", 1.5],
            "p": [{"labels": ["Account"], "uid": "a", "listings": 2}, {"labels": ["Listing"]}],
        }
    ]


def test_a_mistake_is_explained(server: Graph) -> None:
    with pytest.raises(GraphError, match=r"(?i)syntax|invalid input"):
        list(read_only(server, "MATCH (n RETURN n"))
