"""The seam to HTML: encodings, bombs, and the text that a reader sees."""

from __future__ import annotations

import pytest

from collectors import html
from collectors.decoding import decode
from collectors.html import parse, readable
from collectors.taming import MAX_ATTRIBUTES, MAX_DEPTH, tame
from model.errors import ConfigurationError, Skip

ENCODED = [
    ("utf-8", "Qualität ☢ 象牙"),
    ("cp1252", "Qualität, große Straße, Möbel für Händler"),
    ("cp1251", "Привет, продам слоновую кость"),
    ("koi8-r", "Привет, продам слоновую кость"),
    ("cp1250", "Sprzedam kość słoniową, żółw grecki"),
    ("gb18030", "出售象牙制品，联系微信"),
    ("big5", "出售象牙製品，聯繫微信"),
    ("shift_jis", "象牙の印鑑を販売しています"),
    ("cp874", "ขายงาช้างแท้"),
    ("utf-16-le", "<p>horn</p>"),
    ("utf-16", "<p>horn ☢</p>"),
]


@pytest.mark.parametrize(("encoding", "text"), ENCODED, ids=[name for name, _ in ENCODED])
def test_undeclared_encodings_are_found(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("gb2312", "gb18030"),
        ("shift_jis", "shift_jis"),
        ("windows-874", "cp874"),
        ("euc-kr", "euc_kr"),
        ("utf-8", "utf-8"),
    ],
)
def test_declared_encodings_are_obeyed_as_browsers_do(label: str, codec: str) -> None:
    text = {"gb18030": "象牙", "shift_jis": "象牙の", "euc_kr": "상아", "cp874": "งาช้าง"}.get(
        codec, "ab"
    )
    page = f"<meta charset={label}>{text}".encode(codec)
    assert decode(page).text.endswith(text)
    assert decode(text.encode(codec), f"text/html; charset={label}").text == text


def test_utf8_wins_over_a_wrong_declaration_and_that_is_said() -> None:
    page = "<meta http-equiv=Content-Type content='text/html;charset=ISO-8859-1'>für ☢".encode()
    decoded = decode(page)
    assert decoded.text.endswith("für ☢")
    assert decoded.encoding == "utf-8"
    assert [issue.message for issue in decoded.issues] == ["declared as cp1252, but it is UTF-8"]


def test_a_damaged_byte_is_replaced_and_said() -> None:
    decoded = decode("Elfenbein für große Sammler, schöne Stücke, Größe 5".encode() + b"\xff")
    assert decoded.text.endswith("5\ufffd")
    assert [issue.severity for issue in decoded.issues] == ["warning"]


@pytest.mark.parametrize("label", ["base64", "rot13", "idna", "utf-7", "no-such", "unicode_escape"])
def test_a_page_cannot_choose_a_codec_that_is_no_encoding(label: str) -> None:
    assert decode(f"<meta charset={label}>x".encode()).text.endswith("x")


BOMBS = {
    "depth": "<div>" * 200_000,
    "depth, upper case": "<DIV>" * 200_000,
    "depth, closed late": "<div>" * 100_000 + "</div>" * 100_000,
    "own element": "<x-y>" * 200_000,
    "tables": "<table><tr><td>" * 50_000,
    "lists": "<ul><li>" * 100_000,
    "items of two kinds": "<li><dd><p>" * 50_000,
    "formatting": "".join(f"<p><b id={i}>" for i in range(50_000)),
    "formatting, crossed": "<a><b><i>" * 100_000,
    "attributes": "<div " + " ".join(f"a{i}=1" for i in range(100_000)) + ">",
    "attributes with tags in them": "<div " + " ".join(f"a{i}='</b'" for i in range(100_000)) + ">",
    "attributes with equals signs": "<div " + "=".join(f"a{i} " for i in range(100_000)) + ">",
    "attributes of one body": "".join(f"<body a{i}=1>" for i in range(50_000)),
    "options": "<select>" + "<option>" * 100_000,
    "option groups": "<optgroup><option>" * 50_000,
    "drawing outside a drawing": "<svg><div>" + "<path/>" * 100_000,
    "never closed": "<a b='" * 100_001,
    "less than": "<" * 500_000,
    "entities": "&amp" * 300_000,
    "comments": "<!--" * 200_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_are_read_to_the_end(name: str) -> None:
    """Untamed, each of them takes the parser many minutes."""
    tree = parse(f"<h1>x</h1>{BOMBS[name]}".encode())
    assert readable(tree.body).startswith("x")


def test_flattening_is_said_and_keeps_the_text() -> None:
    source, issues = tame("<div>" * (MAX_DEPTH + 3) + "hello <b>there</b>")
    assert source.count("<div>") == MAX_DEPTH
    assert source.endswith("hello <b>there</b>")
    assert [issue.severity for issue in issues] == ["warning"]
    wide = "<p " + " ".join(f"a{i}={i:09}" for i in range(MAX_ATTRIBUTES + 9)) + ">hello"
    source, issues = tame(wide)
    assert source.endswith(">hello")
    assert f"a{MAX_ATTRIBUTES - 1}=" in source
    assert f"a{MAX_ATTRIBUTES}=" not in source
    assert len(issues) == 1


@pytest.mark.parametrize(
    "page",
    [
        "<p>" * 5_000,
        "<ul>" + "<li>one" * 5_000,
        "<table>" + "<tr><td>a<td>b" * 3_000,
        "<div>a</div>" * 5_000,
        "<svg>" + "<path d='M0'/>" * 3_000 + "</svg>",
        "<dl>" + "<dt>a<dd><ul><li>b<li>c</ul>" * 2_000,
        "<p title=it's>" * 2_000,
        "<img src='data:image/png;base64," + "A" * 100_000 + "'>",
        "<p>" + "long text " * 5_000,
    ],
)
def test_what_people_write_passes_unchanged(page: str) -> None:
    assert tame(page) == (page, ())


def text_of(page: str) -> str:
    return readable(parse(page.encode()).body)


def test_readable_text_has_lines_where_a_reader_sees_them() -> None:
    page = "<div>a <b>big</b>\n house</div><p>one<br>two</p><ul><li>x<li>y</ul><td>"
    assert text_of(page) == "a big house\none\ntwo\nx\ny"
    assert text_of("<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>") == "a b\nc d"


def test_readable_text_leaves_out_what_nobody_sees() -> None:
    page = (
        "<script>s</script><style>t</style><p hidden>h</p><div style='color:red; DISPLAY : none'>i"
        "</div><select><option>o</select><noscript>n</noscript><template>m</template>seen"
    )
    assert text_of(page) == "seen"


ARMOUR = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\ndef\n=xy\n-----END PGP PUBLIC KEY BLOCK-----"


@pytest.mark.parametrize(
    "page",
    [
        f"<pre>{ARMOUR}</pre>",
        f"<p>{ARMOUR}</p>",
        f"<textarea>{ARMOUR}</textarea>",
        f"<div style='white-space: pre-wrap'>{ARMOUR}</div>",
        "<div>" + ARMOUR.replace("\n", "<br>") + "</div>",
        "<div>" + ARMOUR.replace("\n", "<br>\n") + "</div>",
        "<div>" + ARMOUR.replace("abc\ndef", "abc\n<span>def</span>") + "</div>",
    ],
)
def test_armoured_keys_keep_their_lines(page: str) -> None:
    lines = [line.strip() for line in text_of(f"<p>Key   of mine</p>{page}<p>  end").splitlines()]
    wanted = ["Key of mine", *ARMOUR.splitlines(), "end"]
    assert [line for line in lines if line] == [line for line in wanted if line]


def test_control_characters_are_taken_out_and_said() -> None:
    tree = parse(b"<p>a\x00b\x08c\td</p>")
    assert readable(tree.body) == "abc d"
    assert [issue.message for issue in tree.issues] == ["2 control characters taken out"]


@pytest.mark.parametrize(
    "payload", [b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04zip", bytes(range(32)) * 100]
)
def test_what_is_no_page_is_skipped_with_its_reason(payload: bytes) -> None:
    with pytest.raises(Skip) as caught:
        parse(payload)
    assert caught.value.reason == "not-a-page"


def test_too_large_pages_are_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_BYTES", 10)
    with pytest.raises(Skip) as caught:
        parse(b"<p>hello world</p>")
    assert caught.value.reason == "too-large"


def test_a_wrong_selector_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="not a CSS selector"):
        html.find(parse(b"<p>x").root, "p[")


def test_hosts_are_kept_as_written() -> None:
    source = (
        "<a href='http://17ysvSES8LyZ2mtAEo9GEYdujA9svP5r5u'>x</a> http://Lchudifyeqm4ldjj.onion/a "
        "see empiremktxgjovhm.onion, not short.onion"
    )
    assert html.hosts(source) == (
        "17ysvSES8LyZ2mtAEo9GEYdujA9svP5r5u",
        "Lchudifyeqm4ldjj.onion",
        "empiremktxgjovhm.onion",
    )
