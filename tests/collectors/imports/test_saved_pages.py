"""What officers save: pages in one file, network logs, prints, screenshots with a note."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from collectors.imports import import_paths
from collectors.imports.detect import detect
from collectors.imports.har import without_secrets
from collectors.imports.saving import Saving
from collectors.media.gate import BlockList, gate
from config.settings import Workspace
from config.sources import examples
from vault.vault import open_vault

SAVED = Saving("A. Officer", "2026-11-20T08:00:00Z", "browser, Save as", "case 7")
PAGE = (
    "<html><head><title>Shop</title></head><body><h1>Tusk</h1>"
    "<p>One tusk of five kilograms, café brown, ships from the port at night, é, wickr: abc</p>"
    "</body></html>"
)


def mhtml(page: str = PAGE, coding: str = "quoted-printable") -> bytes:
    """A page as Chromium saves it, with a picture beside it."""
    raw = page.encode()
    if coding == "base64":
        body = base64.encodebytes(raw)
    else:
        body = raw.replace(b"=", b"=3D").replace("é".encode(), b"=C3=A9")
    boundary = b"----MultipartBoundary--kq6v----"
    head = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://shop.example/item/1\r\n"
        b"Subject: Shop\r\nDate: Fri, 20 Nov 2026 10:00:00 +0700\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="' + boundary
    )
    main = (
        b"Content-Type: text/html\r\nContent-ID: <frame-1@mhtml.blink>\r\n"
        b"Content-Transfer-Encoding: " + coding.encode() + b"\r\n"
        b"Content-Location: https://shop.example/item/1\r\n\r\n" + body
    )
    other = (
        b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Location: https://shop.example/a.png\r\n\r\n" + base64.encodebytes(picture())
    )
    start = b"\r\n--" + boundary + b"\r\n"
    return head + b'"\r\n\r\n' + start + main + start + other + b"\r\n--" + boundary + b"--\r\n"


def picture(colour: str = "red") -> bytes:
    target = io.BytesIO()
    image = Image.linear_gradient("L").convert("RGB")
    image.paste(colour, (10, 10, 120, 200))
    image.save(target, "PNG")
    return target.getvalue()


def har(*entries: Mapping[str, object]) -> bytes:
    return json.dumps({"log": {"version": "1.2", "creator": {}, "entries": entries}}).encode()


def entry(url: str, text: str, kind: str = "text/html", **more: object) -> dict[str, object]:
    return {
        "startedDateTime": "2026-11-20T10:00:00.000Z",
        "request": {"method": "GET", "url": url, "headers": [], "cookies": []},
        "response": {"status": 200, "content": {"mimeType": kind, "text": text, **more}},
    }


def pdf(text: str, link: str = "https://seller.example/x") -> bytes:
    """A PDF of one page, by ISO 32000-1."""
    drawn = f"BT /F1 12 Tf 10 200 Td ({text}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1"
        b" 5 0 R>>>>/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI("
        + link.encode()
        + b")>>>>]>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end


@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
def test_the_main_part_of_mhtml_is_read_at_its_address_and_moment(
    coding: str, read_as: Any
) -> None:
    raw = mhtml(coding=coding)
    assert detect(raw, "x") == "mhtml"
    (page,) = read_as(raw, "mhtml").documents
    assert page.fields["url"] == "https://shop.example/item/1"
    assert page.seen_at == "2026-11-20T03:00:00Z"
    assert "é, wickr: abc" in page.fields["text"]


def test_mhtml_without_a_page_is_said(read_as: Any) -> None:
    read = read_as(mhtml().replace(b"text/html\r\n", b"text/plain\r\n"), "mhtml")
    assert not read.documents
    assert "without a page" in read.said


def test_pages_of_a_network_log_are_read_and_its_secrets_kept_in(read_as: Any) -> None:
    secret = entry("https://shop.example/b?q=1&access_token=s3cr3t", PAGE.replace("Tusk", "Scales"))
    secret["request"]["headers"] = [{"name": "Cookie", "value": "session=s3cr3t"}]  # type: ignore[index]
    packed = base64.b64encode(PAGE.encode()).decode()
    raw = har(
        entry("https://shop.example/a", packed, encoding="base64"),
        secret,
        entry("https://shop.example/c.json", "{}", "application/json"),
        entry("https://shop.example/d.png", "iVBORw0KGgo=", "image/png", encoding="base64"),
    )
    assert detect(raw, "x") == "har"
    read = read_as(raw, "har")
    assert [one.fields["title"] for one in read.documents] == ["Tusk", "Scales"]
    assert len({one.native_id for one in read.documents}) == 2
    assert read.documents[1].locator == "entry 2"
    assert read.documents[0].seen_at == "2026-11-20T10:00:00Z"
    assert "s3cr3t" not in str(read)
    assert "1 requests hold cookies or keys" in read.said
    assert "JSON of no interface" in read.said


def test_answers_of_the_sources_interface_are_read_out_of_a_log(read_as: Any) -> None:
    source = next(one for one in examples() if one.name == "discourse")
    folder = Path(__file__).parents[3] / "config" / "examples" / "discourse"
    saved = [path.read_text("utf-8") for path in sorted(folder.glob("*.json"))]
    raw = har(*(entry(source.start[0], text, "application/json") for text in saved))
    assert read_as(raw, "har", source=source).documents


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.example/a?q=tusk", "https://x.example/a?q=tusk"),
        ("https://u:p@x.example/a", "https://x.example/a"),
        ("https://x.example/?sid=1&q=2", "https://x.example/?sid=REMOVED&q=2"),
    ],
)
def test_keys_leave_an_address(url: str, kept: str) -> None:
    assert without_secrets(url) == kept


def test_a_print_gives_words_and_links_by_page(read_as: Any) -> None:
    raw = pdf("Ivory tusk for sale")
    assert detect(raw, "x") == "pdf"
    (page,) = read_as(raw, "pdf").documents
    assert page.fields["text"] == "Ivory tusk for sale"
    assert page.links == ("https://seller.example/x",)
    assert page.locator == "page 1"


def test_a_damaged_print_is_an_issue(read_as: Any) -> None:
    read = read_as(pdf("Ivory")[:200], "pdf")
    assert not read.documents
    assert "not read to its end" in read.said


def test_an_encrypted_print_is_an_issue(read_as: Any) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Ivory"))))
    writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    assert "encrypted" in read_as(target.getvalue(), "pdf").said


def test_a_page_with_its_pictures_inside_is_read_without_them(read_as: Any) -> None:
    inside = base64.b64encode(bytes(3 << 20)).decode()
    html = PAGE.replace("<p>", f'<img src="data:image/png;base64,{inside}"><p>')
    (page,) = read_as(html.encode(), "html").documents
    assert "wickr: abc" in page.fields["text"]
    assert len(str(page)) < 2_000


def test_a_screenshot_is_known_by_its_note_alone(workspace: Workspace, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    shot.write_bytes(picture())
    (tmp_path / "shot.txt").write_text("Advert at https://shop.example/9: tusks", "utf-8")
    with open_vault(workspace) as vault:
        report = import_paths(vault, [shot], source="case", saving=SAVED)
        assert not report.has_errors
        (page,) = vault.documents()
        (capture,) = vault.captures()
        assert vault.payload(capture) == shot.read_bytes()
    assert page.fields["text"] == "Advert at https://shop.example/9: tusks\ncase 7"
    assert page.fields["url"] == "https://shop.example/9"
    assert capture.reading["saved"] == {
        "by": "A. Officer",
        "at": "2026-11-20T08:00:00Z",
        "how": "browser, Save as",
        "note": "case 7",
    }
    assert capture.captured_at == page.seen_at == "2026-11-20T08:00:00Z"


def test_blocked_pictures_go_nowhere(workspace: Workspace, tmp_path: Path) -> None:
    raw = picture()
    blocked = BlockList("blocked.txt", {("pdq", gate(raw, "x").pdq): 1})
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "shot.png").write_bytes(raw)
    (folder / "page.mhtml").write_bytes(mhtml())
    with open_vault(workspace) as vault:
        report = import_paths(vault, [folder], source="case", saving=SAVED, blocked=blocked)
        assert report.issue_counts["error"] == 2
        assert not list(vault.captures())
        assert [one.action for one in vault.custody()].count("media-blocked") == 2


def test_a_folder_of_everything_saved_goes_in_whole(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    files = {"a.mhtml": mhtml(), "b.har": har(entry("https://x.example/", PAGE)), "c.pdf": pdf("x")}
    for name, raw in {**files, "d.png": picture(), "e.html": PAGE.encode()}.items():
        (folder / name).write_bytes(raw)
    with open_vault(workspace) as vault:
        report = import_paths(vault, [folder], source="case", saving=SAVED)
        assert report.captures_new == report.documents == 5
        again = import_paths(vault, [folder], source="case", saving=SAVED)
        assert (again.captures_new, again.captures_known, again.documents) == (0, 5, 0)
        assert not list(vault.verify())
        (entry_,) = [one for one in vault.custody() if one.action == "imported"][:1]
        assert entry_.details["saved"]["by"] == "A. Officer"
