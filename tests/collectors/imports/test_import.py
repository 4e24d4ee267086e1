"""Whole imports into a vault: real tables and pages, again, with errors, and read again later."""

from __future__ import annotations

import json
import os
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from collectors.imports import import_paths, load_map, read_capture
from collectors.imports.column_map import parse_map
from config.settings import Workspace
from config.sources import Source, load_source
from model.errors import ConfigurationError, PolicyRefusal
from model.evidence import Issue
from vault.vault import Vault, open_vault

TABLES = {
    "agora": ("agora_2014_01_vendor_listings_dev.csv", 1_438),
    "grams-alphabay": ("grams_alphabay_2015_dev.csv", 1_167),
    "agartha": ("cryptomarketstudy_agartha_dev.csv", 296),
    "cryptonia": ("cryptomarketstudy_cryptonia_dev.csv", 224),
    "tochka": ("cryptomarketstudy_tochka_dev.csv", 36),
}


def rows(*values: dict[str, object]) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)


@pytest.mark.parametrize("name", TABLES)
def test_a_real_table_goes_in_whole_and_only_once(
    name: str, shared_data: Path, workspace: Workspace
) -> None:
    file, number = TABLES[name]
    path = shared_data / "darknet" / file
    with open_vault(workspace) as vault:
        first = import_paths(vault, [path], source=name, mapping=load_map(name))
        assert (first.files, first.captures_new, first.documents) == (1, 1, number)
        assert not first.has_errors
        again = import_paths(vault, [path], source=name, mapping=load_map(name))
        assert (again.captures_new, again.captures_known, again.documents) == (0, 1, 0)
        documents = list(vault.documents())
        assert len(documents) == number
        assert all(document.handle and document.native_id for document in documents)
        (capture,) = vault.captures()
        assert vault.payload(capture) == path.read_bytes()


def test_dwdata_files_each_row_under_its_market(shared_data: Path, workspace: Workspace) -> None:
    path = shared_data / "darknet" / "dwdata_listings_dev.csv"
    with open_vault(workspace) as vault:
        report = import_paths(vault, [path], source="dwdata", mapping=load_map("dwdata"))
        assert report.documents == 20_000
        platforms = Counter(document.platform for document in vault.documents())
    assert platforms["nemesis"] == 8_829
    assert len(platforms) == 6


def test_guessed_wallets_never_reach_a_document(shared_data: Path, workspace: Workspace) -> None:
    path = shared_data / "darknet" / TABLES["grams-alphabay"][0]
    with open_vault(workspace) as vault:
        import_paths(vault, [path], source="grams", mapping=load_map("grams-alphabay"))
        for document in vault.documents():
            assert "1Nk9R94rj6Pk9EsyuuNGuNL44kbEg1mdAF" not in str(document)
            assert document.platform == "alphabay-2014"


def test_real_pages_by_folder_and_by_zip_are_the_same(
    shared_data: Path, workspace: Workspace, tmp_path: Path
) -> None:
    folder = shared_data / "darknet" / "html" / "dream"
    archive = tmp_path / "dream.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in sorted(folder.rglob("*.html")):
            opened.write(path, path.relative_to(folder))
    with open_vault(workspace) as vault:
        report = import_paths(vault, [folder], source=load_source("dream"))
        assert report.files == 22
        assert report.captures_new + report.captures_known == 22
        assert not report.has_errors
        kinds = Counter(document.kind for document in vault.documents())
        assert kinds["listing"] >= 6
        assert kinds["profile"] >= 10
        again = import_paths(vault, [archive], source=load_source("dream"))
        assert (again.captures_new, again.documents) == (0, 0)
        assert again.captures_known == 22


def test_visits_in_a_warc_file_keep_their_addresses_and_dates(
    workspace: Workspace, tmp_path: Path
) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>tusk</body></html>"

    def visit(path: str, day: int) -> bytes:
        return (
            b"WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
            b"WARC-Target-URI: http://x.example/%s\r\nWARC-Date: 2020-01-%02dT00:00:00Z\r\n"
            b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (path.encode(), day, len(page), page)
        )

    path = tmp_path / "visits.warc"
    path.write_bytes(visit("a", 1) + visit("b", 1) + visit("a", 2))
    with open_vault(workspace) as vault:
        first = import_paths(vault, [path], source="t")
        again = import_paths(vault, [path], source="t")
        assert (first.captures_new, first.captures_known) == (3, 0)
        assert (again.captures_new, again.captures_known, again.documents) == (0, 3, 0)
        assert [(capture.url[-1], capture.captured_at[:10]) for capture in vault.captures()] == [
            ("a", "2020-01-01"),
            ("b", "2020-01-01"),
            ("a", "2020-01-02"),
        ]


def test_everything_is_read_again_from_the_vault_alone(
    shared_data: Path, workspace: Workspace, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes((shared_data / "darknet" / TABLES["agartha"][0]).read_bytes())
    pages = shared_data / "darknet" / "html" / "dream" / "sellers"
    with open_vault(workspace) as vault:
        import_paths(vault, [table], source="agartha", mapping=load_map("agartha"))
        import_paths(vault, [pages], source=load_source("dream"))
        table.unlink()
        stored = {document.uid: document for document in vault.documents()}
    with open_vault(workspace) as vault:
        found = {}
        for capture in vault.captures():
            source = load_source("dream") if capture.source == "dream" else None
            documents, _ = read_capture(vault, capture, source)
            found |= {document.uid: document for document in documents}
        assert found == stored


def test_bad_rows_are_told_by_number_and_the_rest_goes_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        rows({"platform": "x", "listing_id": "1"}, {"platform": "x"})
        + "{broken\n"
        + rows({"platform": "x", "url": "u", "price": 3}),
        encoding="utf-8",
    )
    with open_vault(workspace) as vault:
        report = import_paths(vault, [path], source="test")
        assert report.documents == 2
        assert report.has_errors
        assert report.issue_counts == {"error": 2, "warning": 1}
        assert [(name, issue.locator) for name, issue in report.issues] == [
            ("rows.jsonl", "row 2"),
            ("rows.jsonl", "row 3"),
            ("rows.jsonl", "row 4"),
        ]
        assert [issue for _, issue in vault.issues()] == [issue for _, issue in report.issues]


def test_the_same_row_twice_is_two_documents(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = {"platform": "x", "listing_id": "1"}
    path.write_text(rows(row, row), encoding="utf-8")
    with open_vault(workspace) as vault:
        assert import_paths(vault, [path], source="test").documents == 2
        assert [document.locator for document in vault.documents()] == ["row 1", "row 2"]


def test_another_map_reads_the_same_capture_anew(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("market,number,who\nx,1,eve\n", encoding="utf-8")
    columns = {"platform": "market", "listing_id": "number"}
    with open_vault(workspace) as vault:
        import_paths(vault, [path], source="t", mapping=parse_map({"columns": columns}, "a"))
        wider = parse_map({"columns": columns | {"seller": "who"}}, "b")
        report = import_paths(vault, [path], source="t", mapping=wider)
        assert (report.captures_new, report.captures_known) == (0, 1)
        (document,) = vault.documents()
        assert document.handle == "eve"
        (capture,) = vault.captures()
        assert read_capture(vault, capture)[0] == [document]


def test_many_alike_warnings_are_counted_and_not_repeated(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        rows(*({"platform": "x", "listing_id": str(n), "price": n} for n in range(100))),
        encoding="utf-8",
    )
    with open_vault(workspace) as vault:
        report = import_paths(vault, [path], source="test")
    assert report.issue_counts == {"warning": 100}
    assert len(report.issues) == 21
    assert report.issues[-1][1] == Issue(
        "note", "80 more rows have the same to say about price", key="price"
    )


def test_a_folder_gives_its_pages_and_says_what_it_passed_over(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "saved"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.html").write_text("<html><body><p>page one</p></body></html>", encoding="utf-8")
    (folder / "deep" / "b.txt").write_text("<html><body><p>two</p></body></html>", encoding="utf-8")
    (folder / "table.csv").write_text("platform,url\nx,y\n", encoding="utf-8")
    (folder / "x.gif").write_bytes(b"GIF89a")
    (folder / "link.html").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    with open_vault(workspace) as vault:
        report = import_paths(vault, [folder], source="test")
        assert report.files == report.captures_new == 2
        assert not report.has_errors
        passed_over = {name: issue.message for name, issue in report.issues}
    assert "a link" in passed_over["link.html"]
    assert "a link" in passed_over["loop"]
    assert "a picture of a kind that is not read" in passed_over["x.gif"]
    assert "not asked for" in passed_over["table.csv"]


def test_a_file_that_goes_away_in_mid_import_is_told(workspace: Workspace, tmp_path: Path) -> None:
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for path in pages:
        path.write_text(f"<html><body><p>{path}</p></body></html>", encoding="utf-8")
    with open_vault(workspace) as vault:
        report = import_paths(
            vault, pages, source="t", progress=lambda *_: pages[1].unlink(missing_ok=True)
        )
        assert (report.captures_new, report.issue_counts["error"]) == (1, 1)
        assert any("b.html: not read to its end" in issue.message for _, issue in report.issues)


def test_a_page_of_no_known_source_is_filed_under_the_name_given(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "a.html"
    words = "<p>An old elephant tusk for sale, from my grandfather's collection.</p>" * 5
    path.write_text(f"<html><body><h1>Tusk</h1>{words}</body></html>", encoding="utf-8")
    with open_vault(workspace) as vault:
        import_paths(vault, [path], source="somewhere")
        documents = list(vault.documents())
    assert documents
    assert {document.platform for document in documents} == {"somewhere"}
    assert all(document.native_id for document in documents)


def test_the_source_names_the_platform_of_rows_without_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(rows({"listing_id": "1"}), encoding="utf-8")
    with open_vault(workspace) as vault:
        report = import_paths(vault, [path], source=Source(name="laptop", platform="Bazaar"))
        assert report.documents == 1
        assert [document.platform for document in vault.documents()] == ["bazaar"]
        assert import_paths(vault, [path], source="unknown").has_errors


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("x.mht", b"From: <Saved by Blink>\r\n", {}, "plain text"),
        ("x.html", b"<html>", {"format": "docx"}, "supported are listings, html"),
        ("x.html", b"<html>", {"format": "mhtml"}, "is html, not mhtml"),
        ("x.html", b"<html>", {"format": "warc"}, "is html, not warc"),
        ("x.csv", b"a,b\n1,2\n", {}, "no column is named listing_id or url"),
        ("x.csv", b"a,b\n1,2\n", {"mapping": "agora"}, "'vendor'"),
        ("x.html", b"<html>", {"format": "html", "mapping": "agora"}, "map is for listings"),
        ("none", None, {}, "No such file"),
    ],
)
def test_what_cannot_go_in_is_refused_before_anything_is_sealed(  # noqa: PLR0917
    name: str,
    content: bytes | None,
    options: dict[str, str],
    message: str,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    good = tmp_path / "good.html"
    good.write_text("<html><body>fine</body></html>", encoding="utf-8")
    bad = tmp_path / name
    if content is not None:
        bad.write_bytes(content)
    mapping = load_map(options["mapping"]) if "mapping" in options else None
    with open_vault(workspace) as vault:
        with pytest.raises(ConfigurationError) as caught:
            import_paths(
                vault, [good, bad], source="t", format=options.get("format"), mapping=mapping
            )
        assert message in str(caught.value)
        assert list(vault.captures()) == []


def test_made_up_material_stays_out_of_a_real_workspace(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "a.html"
    path.write_text("<html><body>spoor-rehearsal-world</body></html>", encoding="utf-8")
    with open_vault(workspace) as vault:
        with pytest.raises(PolicyRefusal):
            import_paths(vault, [path], source="t")
        assert list(vault.captures()) == []


def imported(vault: Vault) -> list[dict[str, object]]:
    return [dict(entry.details) for entry in vault.custody() if entry.action == "imported"]


def test_who_imported_what_stands_in_the_custody_log(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<html><body><p>page</p></body></html>", encoding="utf-8")
    seen: list[str] = []
    with open_vault(workspace) as vault:
        import_paths(vault, [path], source="t", progress=lambda name, _: seen.append(name))
        (entry,) = imported(vault)
    assert entry["files"] == [str(path)]
    assert entry["captures_new"] == 1
    assert seen == ["a.html"]


def test_an_old_encoding_is_said_and_kept_for_the_next_reading(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    text = "platform,listing_id,title\n" + "x,1,бивень слона, цена\n".replace(", ", " ") * 20
    path.write_bytes(text.encode("cp1251"))
    with open_vault(workspace) as vault:
        report = import_paths(vault, [path], source="t")
        assert "cp1251" in report.issues[0][1].message
        (capture,) = vault.captures()
        assert capture.reading["encoding"] == "cp1251"
        assert next(iter(vault.documents())).fields["title"] == "бивень слона цена"
