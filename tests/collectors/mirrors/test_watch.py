"""The watch over a source: lists read on the way and logged, clones stopped at."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysequoia
import pytest
from pysequoia import SignatureMode

from collectors.mirrors import CURSOR, Mirrors, Watch
from config.settings import Workspace
from config.sources import Source, load_source
from model.errors import ConfigurationError, Stop
from vault.vault import Vault, open_vault


def onion(seed: int) -> str:
    """A v3 onion address with a checksum that holds."""
    key = hashlib.sha256(seed.to_bytes(4, "big")).digest()
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


A, B, C = onion(1), onion(2), onion(3)
SECRET = pysequoia.Tsk.generate("Bazaar <admin@bazaar>")
OTHER = pysequoia.Tsk.generate("Bazaar <other@bazaar>")


def clock() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


def signed(*hosts: str, by: pysequoia.Tsk = SECRET) -> bytes:
    text = "Mirrors:\n" + "".join(f"http://{host}/\n" for host in hosts)
    return bytes(pysequoia.sign(by.signer(), text.encode(), mode=SignatureMode.CLEAR))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    certificate = SECRET.extract_certificate()
    (tmp_path / "bazaar.asc").write_text(str(certificate), encoding="ascii")
    (tmp_path / "bazaar.yml").write_text(
        f"name: bazaar\ntitle: Bazaar\nroute: tor\nstart: ['http://{A}/']\n"
        f"mirrors: ['http://{B}/']\nrecognise: {{title: ^Bazaar$}}\n"
        f"mirror_list:\n  url: http://{A}/mirrors.txt\n  key: bazaar.asc\n"
        f"  fingerprint: {certificate.fingerprint.upper()}\n",
        encoding="utf-8",
    )
    return load_source(tmp_path / "bazaar.yml")


def watch(vault: Vault, source: Source) -> tuple[Mirrors, Watch]:
    mirrors = Mirrors(source, state=vault.cursor(source.name, CURSOR), clock=clock)
    return mirrors, Watch(vault, source, mirrors, mandate=None, clock=clock)


def logged(vault: Vault) -> list[object]:
    return [(entry.details["accepted"], entry.details["added"]) for entry in vault.custody()]


def test_the_list_is_taken_on_the_way_logged_and_kept(workspace: Workspace, source: Source) -> None:
    with open_vault(workspace) as vault:
        mirrors, guard = watch(vault, source)
        assert guard.list_url == f"http://{A}/mirrors.txt"
        with vault.batch():
            reading = guard.page(f"http://{A}/mirrors.txt", signed(A, B, C))
            assert guard.page(f"http://{A}/item/1", signed(A, B)) is None
        assert reading is not None
        assert reading.accepted
        assert mirrors.belongs(f"http://{C}/item/1")
        assert logged(vault) == [(True, [f"http://{C}/"])]
    with open_vault(workspace) as vault:
        mirrors, guard = watch(vault, source)
        assert mirrors.belongs(f"http://{C}/item/1")
        guard.page(f"http://{C}/mirrors.txt", signed(A, B, C))


def test_a_list_that_is_not_believed_changes_nothing_and_is_logged(
    workspace: Workspace, source: Source
) -> None:
    with open_vault(workspace) as vault:
        mirrors, guard = watch(vault, source)
        payload = signed(A, B).replace(B.encode(), C.encode())
        reading = guard.page(f"http://{A}/mirrors.txt", payload)
        assert reading is not None
        assert not reading.accepted
        assert not mirrors.belongs(f"http://{C}/")
        assert logged(vault) == [(False, [])]


def test_a_clone_that_shows_the_real_list_is_stopped_at_and_its_list_not_taken(
    workspace: Workspace, source: Source
) -> None:
    """What a hand-added mirror serves is signed by the market, but does not name that mirror."""
    with open_vault(workspace) as vault:
        mirrors, guard = watch(vault, source)
        with pytest.raises(Stop, match=f"does not name {B}") as caught:
            guard.page(f"http://{B}/mirrors.txt", signed(A, C))
        assert caught.value.reason == "clone"
        assert caught.value.remedy
        assert not mirrors.belongs(f"http://{C}/")
        (entry,) = vault.custody()
        assert entry.details["added"] == []
        assert "does not name" in entry.details["clone_signs"][0]


def test_a_clone_with_a_key_of_its_own_is_stopped_at(workspace: Workspace, source: Source) -> None:
    with open_vault(workspace) as vault:
        _, guard = watch(vault, source)
        with pytest.raises(Stop, match="signed by another key"):
            guard.page(f"http://{B}/mirrors.txt", signed(A, B, by=OTHER))
        armour = f"<pre>{OTHER.extract_certificate()}</pre>".encode()
        with pytest.raises(Stop, match="in the name of 'bazaar'"):
            guard.page(f"http://{B}/about", armour)
        guard.page(f"http://{B}/vendor/7", armour, by_users=True)


def test_the_site_at_an_address_that_nobody_vouches_for(
    workspace: Workspace, source: Source
) -> None:
    page = b"<html><title>Bazaar</title><p>Welcome to our market</p></html>"
    with open_vault(workspace) as vault:
        _, guard = watch(vault, source)
        guard.page(f"http://{A}/", page)
        guard.page(f"http://{C}/", b"<html><title>Forum</title><p>Hello</p></html>")
        with pytest.raises(Stop, match="shows itself as Bazaar"):
            guard.page(f"http://{C}/", page)


def test_a_source_without_a_list_is_watched_as_well(workspace: Workspace, source: Source) -> None:
    plain = source.model_copy(update={"mirror_list": None})
    with open_vault(workspace) as vault:
        _, guard = watch(vault, plain)
        assert guard.list_url == ""
        assert guard.page(f"http://{B}/mirrors.txt", signed(A, C, by=OTHER)) is None
        assert list(vault.custody()) == []


def test_a_missing_key_is_told_before_anything_is_asked(
    workspace: Workspace, source: Source
) -> None:
    assert source.folder is not None
    (source.folder / "bazaar.asc").unlink()
    with open_vault(workspace) as vault, pytest.raises(ConfigurationError, match="No such file"):
        watch(vault, source)
