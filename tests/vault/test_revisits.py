"""Pages that did not change: sealed as revisits, read like any capture, checked like any."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from config.settings import Workspace
from model.errors import EvidenceError, PolicyRefusal
from model.evidence import Capture
from vault.capture_rows import capture_chain
from vault.captures import MARKER
from vault.vault import Vault, open_vault

LATER = "2026-01-03T00:00:00Z"
PAGE = b"<html>ivory</html>"
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
Kinds = Callable[[Workspace], list[tuple[str, str]]]


@pytest.fixture
def first(vault: Vault, make) -> Capture:
    sealing = make.fetched(PAGE, content_type="text/html", reading={"format": "html"})
    return vault.seal(sealing).capture


@pytest.fixture
def unchanged(make) -> Callable[..., object]:
    """An answer 304 to the question whether an earlier capture is still what is there."""

    def answer(earlier: Capture, **fields: object) -> object:
        given = make.fetched(b"", captured_at=LATER, status=304, revisit=earlier)
        return replace(given, headers=(("ETag", '"1"'),), **fields)

    return answer


def test_not_modified_stands_for_the_bytes(vault: Vault, first: Capture, unchanged) -> None:
    capture, is_new = vault.seal(unchanged(first))
    assert is_new
    assert (capture.refers_to, capture.status) == (first.seq, 304)
    assert (capture.sha256, capture.size) == (first.sha256, first.size)
    assert (capture.content_type, capture.reading) == ("text/html", {"format": "html"})
    assert capture.headers == (("ETag", '"1"'),)
    assert vault.payload(capture) == b"".join(vault.pieces(capture)) == PAGE
    assert list(vault.captures()) == [first, capture]
    assert vault.capture_at(capture.seq) == capture
    assert vault.capture(first.sha256) == first
    assert not list(vault.verify())


def test_the_same_bytes_again_are_not_stored_again(vault: Vault, first: Capture, make) -> None:
    capture = vault.seal(make.fetched(PAGE, captured_at=LATER, revisit=first)).capture
    assert (capture.refers_to, capture.status) == (first.seq, 200)
    assert vault.payload(capture) == PAGE


def test_other_bytes_are_a_capture_of_their_own(vault: Vault, first: Capture, make) -> None:
    capture = vault.seal(make.fetched(b"<html>horn</html>", revisit=first)).capture
    assert capture.refers_to is None
    assert vault.payload(capture) == b"<html>horn</html>"


def test_a_revisit_of_a_revisit_refers_to_the_bytes(vault: Vault, first, unchanged, make) -> None:
    capture = vault.seal(unchanged(first)).capture
    for again in (unchanged(capture), make.fetched(PAGE, revisit=capture)):
        capture = vault.seal(again).capture
        assert capture.refers_to == first.seq
    assert not list(vault.verify())


def test_a_page_without_http_is_revisited_too(vault: Vault, make) -> None:
    first = vault.seal(make.imported(b"a", url="ftp://a/", route="clear")).capture
    again = make.imported(b"a", url="ftp://a/", route="clear", captured_at=LATER, revisit=first)
    capture = vault.seal(again).capture
    assert capture.refers_to == first.seq
    assert vault.payload(capture) == b"a"
    assert not list(vault.verify())


def test_what_is_no_revisit_is_refused(vault: Vault, first: Capture, unchanged, make) -> None:
    for given, why in (
        (unchanged(first, payload=b"x"), "an answer 304 has no content"),
        (unchanged(first, source="other"), "capture 1 is of market"),
        (unchanged(replace(first, seq=9)), "capture 9 is not in this vault"),
        (unchanged(replace(first, chain="0" * 64)), "capture 1 is not in this vault"),
        (unchanged(replace(first, refers_to=1, sha256="0")), "capture 1 is not in this vault"),
    ):
        with pytest.raises(EvidenceError, match=why):
            vault.seal(given)
    assert list(vault.captures()) == [first]


def test_a_revisit_is_read_anew(vault: Vault, first: Capture, unchanged, make) -> None:
    vault.add_documents(first, "pages/1", [make.document(first)])
    capture = vault.seal(unchanged(first)).capture
    assert list(vault.unread("pages/1")) == [capture]
    assert vault.add_documents(capture, "pages/1", [make.document(capture)]) == 1
    assert [one.seen_at for one in vault.documents()] == [first.captured_at, LATER]
    assert not list(vault.unread("pages/1"))
    assert not list(vault.verify())


def test_made_up_material_is_revisited_where_it_belongs(made_up, unchanged, make) -> None:
    with open_vault(made_up) as vault:
        first = vault.seal(make.fetched(PAGE + MARKER)).capture
        assert vault.payload(vault.seal(unchanged(first)).capture) == PAGE + MARKER
        with pytest.raises(PolicyRefusal, match="real material"):
            vault.seal(make.fetched(PAGE, revisit=first))


def records(path: Path) -> list[tuple[str, dict[str, str], str, bytes]]:
    """Type, headers, HTTP status and content of each record, as warcio reads them."""
    with path.open("rb") as file:
        return [
            (
                one.rec_type,
                dict(one.rec_headers.headers),
                one.http_headers.get_statuscode() if one.http_headers else "",
                one.content_stream().read(),
            )
            for one in ArchiveIterator(file, check_digests="raise")
        ]


def test_other_readers_see_what_it_refers_to(vault, first, unchanged, make, tmp_path) -> None:
    not_modified = vault.seal(unchanged(first)).capture
    same_again = vault.seal(make.fetched(PAGE, revisit=first)).capture
    for capture, kind in (
        (not_modified, "server-not-modified"),
        (same_again, "identical-payload-digest"),
    ):
        path = tmp_path / f"{capture.seq}.warc.gz"
        vault.export_capture(capture, path)
        (_, original, revisit) = records(path)
        assert (original[0], original[2:]) == ("response", ("200", PAGE))
        assert (revisit[0], revisit[2:]) == ("revisit", (str(capture.status), b""))
        told = revisit[1]
        assert told["WARC-Record-ID"] == f"<{capture.record_id}>"
        assert told["WARC-Refers-To"] == original[1]["WARC-Record-ID"]
        assert told["WARC-Refers-To-Target-URI"] == original[1]["WARC-Target-URI"]
        assert told["WARC-Refers-To-Date"] == original[1]["WARC-Date"]
        assert told["WARC-Payload-Digest"] == original[1]["WARC-Payload-Digest"]
        assert told["WARC-Profile"] == PROFILE + kind
        fast = list(FastIterator(io.BytesIO(path.read_bytes()), parse_http=True))
        kinds = [one.headers["WARC-Type"] for one in fast]
        assert kinds == ["warcinfo", "response", "revisit"]


# damage


@pytest.fixture
def visited(workspace: Workspace, make, unchanged) -> Workspace:
    """A closed vault: two pages, each revisited once, and one page more."""
    with open_vault(workspace) as vault:
        pages = [vault.seal(make.fetched(PAGE + b"%d" % n)).capture for n in range(2)]
        vault.seal(unchanged(pages[0]))
        vault.seal(make.fetched(PAGE + b"1", revisit=pages[1]))
        vault.seal(make.fetched(b"another"))
    return workspace


def tamper(workspace: Workspace, *statements: str) -> None:
    """Change rows behind the vault's back, with its triggers put back afterwards."""
    base = sqlite3.connect(workspace.vault / "vault.db")
    base.execute("PRAGMA foreign_keys=0")
    triggers = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for statement in [f"DROP TRIGGER {name}" for name, _ in triggers]:
        base.execute(statement)
    for statement in statements:
        assert base.execute(statement).rowcount != 0
    for _, text in triggers:
        base.execute(text)
    base.commit()
    base.close()


def held(workspace: Workspace) -> list[Capture]:
    with open_vault(workspace, write=False) as vault:
        return list(vault.captures())


def chained_anew(workspace: Workspace, changed: Capture) -> None:
    """Write a changed capture, and every chain hash from there on, as if it had been so."""
    rows, previous = [], changed.previous
    for capture in (changed, *held(workspace)[changed.seq :]):
        linked = replace(capture, previous=previous)
        previous = capture_chain(linked)
        rows.append((linked, previous))
    tamper(
        workspace,
        *(
            f"UPDATE captures SET refers_to = {one.refers_to or 'NULL'}, sha256 = '{one.sha256}',"
            f" previous = '{one.previous}', chain = '{chain}' WHERE seq = {one.seq}"
            for one, chain in rows
        ),
        f"UPDATE heads SET capture_chain = '{previous}'",
        "DELETE FROM custody",
        f"UPDATE heads SET custody_seq = 0, custody_chain = '{'0' * 64}'",
    )
    (workspace.vault / "heads.log").unlink()


def test_a_vault_with_revisits_is_whole(visited: Workspace, kinds: Kinds) -> None:
    assert [one.refers_to for one in held(visited)] == [None, None, 1, 2, None]
    assert kinds(visited) == []


@pytest.mark.parametrize("value", ["2", "NULL", "99"])
def test_an_edited_reference_is_named(visited: Workspace, kinds: Kinds, value: str) -> None:
    tamper(visited, f"UPDATE captures SET refers_to = {value} WHERE seq = 3")
    assert kinds(visited) == [("edited", "captures row 3")]
    with open_vault(visited, write=False) as vault, pytest.raises(EvidenceError):
        vault.payload(list(vault.captures())[2])


@pytest.mark.parametrize(
    ("refers_to", "why"),
    [
        (2, "has another content"),
        (4, "is not an earlier one"),
        (99, "which is missing"),
    ],
)
def test_a_reference_forged_with_all_chains_is_named(visited, refers_to: int, why: str) -> None:
    chained_anew(visited, replace(held(visited)[2], refers_to=refers_to))
    with open_vault(visited, write=False) as vault:
        damages = [one for one in vault.verify() if one.place == "captures row 3"]
        assert [why in one.message for one in damages] == [True]
        with pytest.raises(EvidenceError, match=why):
            vault.payload(list(vault.captures())[2])


def test_a_revisit_forged_into_a_revisit_of_a_revisit_is_named(visited: Workspace) -> None:
    one, two = held(visited)[2:4]
    chained_anew(visited, replace(two, refers_to=one.seq, sha256=one.sha256))
    with open_vault(visited, write=False) as vault:
        [damage] = [found for found in vault.verify() if found.place == "captures row 4"]
        assert "which holds no content" in damage.message


def test_a_reference_forged_to_the_same_content_is_told_by_the_record(workspace, make) -> None:
    """Row and chains agree, and the record names another: it has the last word."""
    with open_vault(workspace) as vault:
        first, second = (vault.seal(make.fetched(PAGE)).capture for _ in range(2))
        revisit = vault.seal(make.fetched(PAGE, revisit=second)).capture
    chained_anew(workspace, replace(revisit, refers_to=first.seq))
    with open_vault(workspace, write=False) as vault:
        [damage] = [one for one in vault.verify() if one.kind == "altered"]
        assert "its warc-refers-to is not that of capture 1" in damage.message


def test_a_forged_kind_of_record_is_named(workspace: Workspace, make) -> None:
    """A page of its own called a revisit, row and chains rewritten."""
    with open_vault(workspace) as vault:
        first, second = (vault.seal(make.fetched(PAGE)).capture for _ in range(2))
    chained_anew(workspace, replace(second, refers_to=first.seq))
    with open_vault(workspace, write=False) as vault:
        [damage] = [one for one in vault.verify() if one.kind == "altered"]
        assert "it is a response record, and its row says otherwise" in damage.message


def test_an_altered_record_of_a_revisit_is_named(visited: Workspace, kinds: Kinds) -> None:
    capture = held(visited)[3]
    path = visited.vault / "warc" / capture.warc_file
    changed = bytearray(path.read_bytes())
    changed[capture.offset + capture.length // 2] ^= 1
    path.write_bytes(changed)
    assert kinds(visited) == [("altered", f"{capture.warc_file} byte {capture.offset}")]
    with open_vault(visited, write=False) as vault, pytest.raises(EvidenceError):
        vault.payload(capture)


def test_a_removed_original_is_named_with_what_lost_its_content(visited, kinds) -> None:
    first = held(visited)[0]
    tamper(visited, "DELETE FROM captures WHERE seq = 1")
    found = kinds(visited)
    assert ("removed", "captures row 1") in found
    assert ("removed", "captures row 3") in found
    assert ("added", f"{first.warc_file} byte {first.offset}") in found
    assert len(found) == 3


def test_an_original_cut_out_of_the_file_is_named(visited: Workspace, kinds: Kinds) -> None:
    first, revisit = held(visited)[0], held(visited)[2]
    path = visited.vault / "warc" / first.warc_file
    whole = path.read_bytes()
    path.write_bytes(whole[: first.offset] + whole[first.offset + first.length :])
    assert kinds(visited) == [("removed", f"{first.warc_file} byte {first.offset}")]
    with open_vault(visited, write=False) as vault, pytest.raises(EvidenceError):
        vault.payload(revisit)
