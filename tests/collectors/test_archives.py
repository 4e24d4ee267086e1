"""ZIP archives meant to do harm: bombs, archives within, ways out, links, damage."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from collectors.archives import Limits, Member, printable, zip_members
from model.errors import ConfigurationError
from model.evidence import Issue

SMALL = Limits(member_bytes=1 << 20, total_bytes=3 << 20, members=50, ratio=100)


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as opened:
        for name, payload in members.items():
            opened.writestr(name, payload)
    target.seek(0)
    return target


def found(target: io.BytesIO, limits: Limits = SMALL) -> tuple[list[str], list[str]]:
    members = list(zip_members(target, "a.zip", limits))
    names = [item.name for item in members if isinstance(item, Member)]
    return names, [item.message for item in members if isinstance(item, Issue)]


def test_members_come_in_their_order_with_their_bytes() -> None:
    read = list(zip_members(archive({"b/": b"", "b/1.html": b"one", "a.html": b"two"}), "a.zip"))
    assert read == [Member("b/1.html", b"one"), Member("a.html", b"two")]


@pytest.mark.parametrize(
    "name", ["../out.html", "/etc/passwd", "a/../../b", "..\\out.html", "C:\\out.html", "c:x"]
)
def test_names_that_lead_out_are_refused(name: str, tmp_path: Path) -> None:
    names, said = found(archive({name: b"x", "good.html": b"y"}))
    assert names == ["good.html"]
    assert "leads out" in said[0]
    assert not list(tmp_path.iterdir())


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    names, said = found(archive({"bomb.html": b"\x00" * (1 << 20), "good.html": b"y"}))
    assert names == ["good.html"]
    assert "unpacks to more than" in said[0]


def test_a_size_that_lies_is_not_believed() -> None:
    raw = bytearray(archive({"bomb.html": b"\x00" * (1 << 20)}).getvalue())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = raw.find(signature) + offset
        raw[place : place + 4] = (10).to_bytes(4, "little")
    names, said = found(io.BytesIO(bytes(raw)))
    assert names == []
    assert len(said) == 1


def test_all_members_together_have_a_limit() -> None:
    limits = Limits(member_bytes=1 << 20, total_bytes=1 << 20, members=50, ratio=10_000)
    names, said = found(archive({f"{n}.html": b"a" * 600_000 for n in range(5)}), limits)
    assert names == ["0.html", "1.html"]
    assert "archive unpacks to more than" in said[0]


def test_too_many_members_are_not_begun() -> None:
    names, said = found(archive({f"{n}.html": b"" for n in range(51)}))
    assert names == []
    assert "more than 50 files" in said[0]


def test_an_archive_within_an_archive_is_refused() -> None:
    names, said = found(archive({"inner.zip": archive({"x": b"y"}).getvalue()}, zipfile.ZIP_STORED))
    assert names == []
    assert "archive within" in said[0]


def test_a_link_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        info = zipfile.ZipInfo("link.html")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(info, "/etc/passwd")
    assert found(target)[1] == ["link.html: left out: a link"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_is_taken_once() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr("x.html", "1")
        opened.writestr("x.html", "2")
    names, said = found(target)
    assert names == ["x.html"]
    assert "twice" in said[0]


def test_a_damaged_member_leaves_the_others() -> None:
    raw = archive({"a.html": b"a" * 500, "b.html": b"b" * 500}, zipfile.ZIP_STORED).getvalue()
    names, said = found(io.BytesIO(raw.replace(b"a" * 500, b"a" * 499 + b"z", 1)))
    assert names == ["b.html"]
    assert "damaged" in said[0]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, b"x" * 1000])
def test_no_archive_is_a_clear_error(raw: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"a\.zip: not a readable ZIP"):
        found(io.BytesIO(raw))


def test_names_are_shown_without_control_characters() -> None:
    assert printable("a\x1b[31mb\nc\udc80") == "a\ufffd[31mb\ufffdc?"
