"""A vault with something in it, and short ways to make what goes in."""

from __future__ import annotations

import hashlib
import shutil
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


def new_workspace(root: Path, material: str = "real") -> Workspace:
    text = f'name = "w"\nmaterial = "{material}"\n'
    (root / "spoor.toml").write_text(text, encoding="utf-8")
    return load_workspace(root)


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vault folder of a workspace to which nothing was written yet."""
    place = new_workspace(tmp_path_factory.mktemp("blank"))
    open_vault(place).close()
    return place.vault


@pytest.fixture
def vault(workspace: Workspace, blank: Path, clock: Clock) -> Iterator[Vault]:
    shutil.copytree(blank, workspace.vault, dirs_exist_ok=True)
    with open_vault(workspace, who="eva@desk", clock=clock) as opened:
        yield opened


@pytest.fixture
def made_up(tmp_path: Path) -> Workspace:
    """An empty workspace for made-up material."""
    root = tmp_path / "rehearsal"
    root.mkdir()
    return new_workspace(root, "made-up")


@pytest.fixture
def filled(workspace: Workspace, full: Path) -> Workspace:
    """A closed vault: six captures in two files, documents, statements, decisions."""
    shutil.copytree(full, workspace.vault, dirs_exist_ok=True)
    return workspace


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory, make: Make) -> Path:
    """The vault folder that :func:`filled` copies."""
    place = new_workspace(tmp_path_factory.mktemp("full"))
    with open_vault(place, who="eva@desk", rotate_bytes=2_900) as vault:
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
    return place.vault


@pytest.fixture
def kinds() -> Callable[[Workspace], list[tuple[str, str]]]:
    """What verification of a workspace's vault finds: (kind, place) pairs."""

    def check(workspace: Workspace) -> list[tuple[str, str]]:
        with open_vault(workspace, write=False) as vault:
            return [(damage.kind, damage.place) for damage in vault.verify()]

    return check
