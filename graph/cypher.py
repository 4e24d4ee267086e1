"""Read-only Cypher of users: looked through word by word before the server sees it.

Three guards, each enough by itself on its engine: this check, READ access mode (Neo4j) or a user
who may only read (embedded), and a transaction that is always rolled back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graph.engine import Graph
from model.errors import ConfigurationError

_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | //[^\n\r]* | /\*.*?\*/)
    | (?P<text>'(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*")
    | (?P<quoted>`[^`]*`)
    | (?P<open>['"`].*\Z | /\*.*\Z)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>\w+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PREFIXES = frozenset({"EXPLAIN", "PROFILE"})
_BEGINNINGS = frozenset({"MATCH", "OPTIONAL", "RETURN", "WITH", "UNWIND", "CALL"})
_REFUSED = frozenset(
    {"CREATE", "MERGE", "SET", "DELETE", "DETACH", "NODETACH", "REMOVE", "DROP", "INSERT", "LOAD"}
    | {"FOREACH", "USE", "TRANSACTIONS", "GRANT", "DENY", "REVOKE", "ALTER"}
)
_PROCEDURES = frozenset(
    {"db.labels", "db.relationshiptypes", "db.propertykeys", "db.schema.visualization"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement: its kind (group of the pattern) and its text."""

    kind: str
    text: str


def read_only(graph: Graph, statement: str, **params: object) -> Iterator[dict[str, Any]]:
    """The statement's rows; ConfigurationError where it could change anything."""
    check_read_only(statement)
    return graph.read(statement, **params)


def check_read_only(statement: str) -> None:
    """ConfigurationError for anything but one reading statement."""
    _refuse_disguise(statement)
    tokens = _without_end(tokens_of(statement))
    if not tokens:
        raise _refusal("there is no statement")
    first = next((one for one in tokens if _upper(one.text) not in _PREFIXES), tokens[-1])
    if _upper(first.text) not in _BEGINNINGS:
        raise _refusal(f"a reading statement does not begin with {first.text}")
    for place, token in enumerate(tokens):
        if token.text == ";":
            raise _refusal("only one statement at a time")
        if token.kind == "open":
            raise _refusal("a quotation or comment is not closed")
        if token.kind == "word" and not _is_name(tokens, place):
            _refuse_clause(tokens, place)


def tokens_of(statement: str) -> list[Token]:
    """The statement's tokens without white space and comments; linear time."""
    found = (Token(str(match.lastgroup), match.group()) for match in _TOKEN.finditer(statement))
    return [token for token in found if token.kind != "space"]


def _refuse_disguise(statement: str) -> None:
    """Escapes that the server resolves before it reads, and characters nobody sees."""
    if "\\u" in statement or "\\U" in statement:
        raise _refusal("write the character itself instead of a \\u escape")
    for char in statement:
        if unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in "\t\n\r":
            raise _refusal(f"it holds the invisible character U+{ord(char):04X}")


def _without_end(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    return tokens


def _is_name(tokens: list[Token], place: int) -> bool:
    """Whether the word is a property, label, parameter or key and so no clause."""
    before = tokens[place - 1].text if place else ""
    earlier = tokens[place - 2].kind if place > 1 else ""
    after = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if before == ".":
        return earlier != "number"
    return before in (":", "$") or (after == ":" and before in ("{", ","))


def _refuse_clause(tokens: list[Token], place: int) -> None:
    word = _upper(tokens[place].text)
    if word in _REFUSED:
        raise _refusal(f"{word} is not for reading")
    if word == "CALL" and not _is_allowed_call(tokens[place + 1 :]):
        raise _refusal("CALL is for subqueries and: " + ", ".join(sorted(_PROCEDURES)))


def _is_allowed_call(tokens: list[Token]) -> bool:
    if tokens and tokens[0].text in ("{", "("):
        return True
    name = ""
    for token in tokens:
        if token.kind != "word" and token.text != ".":
            break
        if name and not name.endswith(".") and token.text != ".":
            break
        name += token.text
    return name.lower() in _PROCEDURES


def _upper(word: str) -> str:
    """Capitals, also of the letters that only look or fold like ASCII ones."""
    return unicodedata.normalize("NFKC", word).casefold().upper()


def _refusal(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"refused, the graph is read-only: {why}", remedy="see the questions of 'spoor ask'"
    )
