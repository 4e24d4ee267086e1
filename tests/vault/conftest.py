"""A vault with something in it, and short ways to make what goes in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Workspace, load_workspace
from model import identity
from model.clock import Clock
from model.evidence import Capture, Document, Mandate
from model.facts import Statement
from model.findings import Judgement
from vault.vault import Sealing, Vault, open_vault

AT = "2026-01-02T03:04:05Z"


class Make:
    """Builds small valid inputs; every keyword overrides a field."""

    def noise(self, size: int) -> bytes:
        """Bytes that do not compress, the same every time."""
        blocks = (hashlib.sha256(b"%d" % n).digest() for n in range(size // 32 + 1))
        return b"".join(blocks)[:size]

    def imported(self, payload: bytes | Path = b"a,b\n1,2\n", **fields: Any) -> Sealing:
        sealing = Sealing("lists", "", payload, AT, "imports/1", content_type="text/csv")
        return replace(sealing, **fields)

    def fetched(self, payload: bytes = b"<html>ivory</html>", **fields: Any) -> Sealing:
        headers = (("Content-Type", "text/html"), ("Server", "nginx"))
        sealing = Sealing(
            "market", "http://market.onion/1", payload, AT, "fetch/1", status=200, route="tor"
        )
        return replace(sealing, headers=headers, **fields)

    def document(self, capture: Capture, number: int = 1, **fields: Any) -> Document:
        document = Document(
            capture.sha256,
            capture.source,
            "listing",
            "market",
            str(number),
            f"row {number}",
            capture.captured_at,
            {"title": f"Ivory carving {number}", "seller": "Bob"},
        )
        return replace(document, **fields)

    def statement(self, document: Document, phone: str = "+493012345", **fields: Any) -> Statement:
        statement = Statement(
            identity.account("market", "Bob"),
            "USES",
            identity.identifier("phone", phone),
            {"context": "contact"},
            document.capture_sha256,
            document.source,
            document.uid,
            "phones/1",
            document.seen_at,
            document.seen_at,
            0.9,
        )
        return replace(statement, **fields)

    def mandate(self, **fields: Any) -> Mandate:
        mandate = Mandate("m1", "Unit", "wildlife crime", ("market",), "2025", "2027")
        return replace(mandate, **fields)

    def judgement(self, **fields: Any) -> Judgement:
        return replace(Judgement("a", "b", "same", "eva", AT, "same key"), **fields)


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture
def vault(workspace: Workspace, clock: Clock) -> Iterator[Vault]:
    with open_vault(workspace, who="eva@desk", clock=clock) as opened:
        yield opened


@pytest.fixture
def made_up(tmp_path: Path) -> Workspace:
    """An empty workspace for made-up material."""
    root = tmp_path / "rehearsal"
    root.mkdir()
    (root / "spoor.toml").write_text('name = "r"\nmaterial = "made-up"\n', encoding="utf-8")
    return load_workspace(root)


@pytest.fixture
def filled(workspace: Workspace, clock: Clock, make: Make) -> Workspace:
    """A closed vault: six captures in two files, documents, statements, decisions."""
    with open_vault(workspace, who="eva@desk", clock=clock, rotate_bytes=2_900) as vault:
        vault.add_mandate(make.mandate())
        captures = [
            vault.seal(make.fetched(b"<html>tusk %d " % n + make.noise(300), mandate="m1"))
            for n in range(5)
        ]
        captures.append(vault.seal(make.imported(make.noise(2_000))))
        for sealed in captures:
            found = [make.document(sealed.capture, n) for n in range(3)]
            vault.add_documents(sealed.capture, "pages/1", found)
        stated = [
            (d.uid, [make.statement(d), make.statement(d, phone=f"+4930{d.native_id}")])
            for d in vault.unenriched("enrich/1")
        ]
        vault.add_statements("enrich/1", stated)
        vault.add_judgement(make.judgement())
        vault.end_mandate("m1", "done")
    return workspace


@pytest.fixture
def kinds() -> Callable[[Workspace], list[tuple[str, str]]]:
    """What verification of a workspace's vault finds: (kind, place) pairs."""

    def check(workspace: Workspace) -> list[tuple[str, str]]:
        with open_vault(workspace, write=False) as vault:
            return [(damage.kind, damage.place) for damage in vault.verify()]

    return check
