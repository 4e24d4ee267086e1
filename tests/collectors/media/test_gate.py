"""What passes the gate, what does not, and that nothing is written by anyone on the way."""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from matplotlib import cbook
from PIL import Image

from collectors.media import decode
from collectors.media.gate import Blocked, BlockList, gate, load_block_list
from collectors.media.pdq import distance
from model.errors import ConfigurationError, Skip

WHERE = "http://x.example/picture"


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A photograph in the public domain: Grace Hopper, 512 × 600."""
    with cbook.get_sample_data("grace_hopper.jpg") as file:
        found: bytes = file.read()
    return found


def saved(image: Image.Image, form: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def opened(photo: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photo)).convert("RGB")


def listed(folder: Path, *lines: str) -> BlockList:
    path = folder / "blocked.txt"
    path.write_text("\n".join(lines), "utf-8")
    return load_block_list(path)


def test_a_picture_passes_with_its_hashes(photo: bytes) -> None:
    found = gate(photo, WHERE)
    assert found.sha256 == hashlib.sha256(photo).hexdigest()
    assert (found.width, found.height, found.frames, found.quality) == (512, 600, 1, 100)
    assert found.reading["format"] == "media"
    assert found.reading["pdq"] == found.pdq
    # As the authors' implementation has it for the decoded photograph.
    reference = "cc6c7cb9fbf7c44f31837672900233f3ffd9d012223ccdf561606309dd97c020"
    assert distance(found.pdq, reference) <= 4


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "BMP", "JPEG"])
def test_the_same_picture_in_another_format_is_blocked(
    form: str, photo: bytes, tmp_path: Path
) -> None:
    blocked = listed(tmp_path, "# a list", "", f"pdq:{gate(photo, WHERE).pdq}")
    other = saved(opened(photo).resize((400, 469)), form)
    with pytest.raises(Blocked) as caught:
        gate(other, WHERE, blocked)
    assert caught.value.reason == "media-blocked"
    assert caught.value.details["address"] == WHERE
    assert caught.value.details["sha256"] == hashlib.sha256(other).hexdigest()
    assert "blocked.txt:3" in str(caught.value.details["match"])


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_a_turned_picture_is_blocked(turn: Image.Transpose, photo: bytes, tmp_path: Path) -> None:
    blocked = listed(tmp_path, gate(photo, WHERE).pdq)
    with pytest.raises(Blocked):
        gate(saved(opened(photo).transpose(turn), "PNG"), WHERE, blocked)


def test_a_picture_hidden_in_an_animation_is_blocked(photo: bytes, tmp_path: Path) -> None:
    blocked = listed(tmp_path, gate(photo, WHERE).pdq)
    noise = Image.fromarray(
        np.random.default_rng(1).integers(0, 255, (600, 512, 3), dtype=np.uint8)
    )
    frames = {"save_all": True, "append_images": [noise, opened(photo)]}
    for form in ("GIF", "PNG", "WEBP"):
        assert gate(saved(noise, form, save_all=True, append_images=[]), WHERE, blocked)
        moving = saved(noise, form, **frames)
        assert gate(moving, WHERE).frames >= 2
        with pytest.raises(Blocked):
            gate(moving, WHERE, blocked)


def test_digests_block_as_well_without_any_decoding(photo: bytes, tmp_path: Path) -> None:
    broken = b"no picture at all"
    for line in (
        f"sha256:{hashlib.sha256(broken).hexdigest()}",
        f"MD5:{hashlib.md5(broken).hexdigest().upper()}",
        hashlib.md5(broken).hexdigest(),
    ):
        with pytest.raises(Blocked):
            gate(broken, WHERE, listed(tmp_path, line))
    assert gate(photo, WHERE, listed(tmp_path, "md5:" + "0" * 32))


def test_a_flat_picture_is_like_no_other(tmp_path: Path) -> None:
    """Nothing to see: its hash says nothing, so likeness to one on the list says nothing."""
    white = saved(Image.new("RGB", (300, 300), "white"), "PNG")
    found = gate(white, WHERE)
    assert found.quality == 0
    assert gate(white, WHERE, listed(tmp_path, found.pdq)) == found


def test_other_pictures_pass_a_long_list(photo: bytes, tmp_path: Path) -> None:
    dice = np.random.default_rng(7)
    lines = [dice.bytes(32).hex() for _ in range(20_000)]
    blocked = listed(tmp_path, *lines)
    assert len(blocked) == 20_000
    assert gate(photo, WHERE, blocked)
    with pytest.raises(Blocked, match=r"blocked\.txt:20001"):
        gate(photo, WHERE, listed(tmp_path, *lines, gate(photo, WHERE).pdq))


@pytest.mark.parametrize("line", ["pdq:00", "sha1:" + "0" * 40, "rubbish", "md5:" + "0" * 64, "é"])
def test_a_mistake_in_the_list_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"blocked\.txt:2: .*no hash"):
        listed(tmp_path, "# first", line)


def test_a_list_that_is_not_there_stops(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="blocked pictures"):
        load_block_list(tmp_path / "none.txt")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="blocked pictures"):
        load_block_list(tmp_path / "binary")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims to be so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000, 9)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_what_can_not_be_decoded_can_not_be_kept(photo: bytes) -> None:
    hostile = {
        "cut": photo[: len(photo) // 2],
        "bomb": bomb(60_000, 60_000),
        "lying": bomb(3_000, 3_000),
        "empty": bomb(0, 0),
        "tiff": b"II*\x00" + bytes(200),
        "icon": b"\x00\x00\x01\x00" + bytes(200),
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "film": b"\x00\x00\x00\x20ftypisom" + bytes(200),
        "page": b"<html></html>",
        "nothing": b"",
        "avif": b"\x00\x00\x00\x20ftypavif" + bytes(200),
    }
    for name, payload in hostile.items():
        with pytest.raises(Skip) as caught:
            gate(payload, WHERE)
        assert caught.value.reason == "media", name
        assert not isinstance(caught.value, Blocked)


def test_too_many_frames_can_not_be_checked() -> None:
    dice = np.random.default_rng(3)
    frames = [
        Image.fromarray(dice.integers(0, 255, (20, 20, 3), dtype=np.uint8))
        for _ in range(decode.MAX_FRAMES + 1)
    ]
    with pytest.raises(Skip, match="frames"):
        gate(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), WHERE)


def test_damaged_pictures_are_refused_or_pass_and_never_more(photo: bytes) -> None:
    dice = np.random.default_rng(20261122)
    originals = [
        photo,
        *(saved(opened(photo).resize((90, 105)), f) for f in ("PNG", "GIF", "WEBP")),
    ]
    reasons: list[str] = []
    for number in range(48):
        damaged = bytearray(originals[number % len(originals)])
        for at in dice.integers(20, len(damaged), size=20):
            damaged[at] = int(dice.integers(256))
        try:
            gate(bytes(damaged), WHERE)
            reasons.append("")
        except Skip as refused:
            reasons.append(refused.reason)
    assert set(reasons) == {"", "media"}


def test_the_decoder_is_confined(tmp_path: Path) -> None:
    """The child neither writes nor opens files once it has a picture, and its memory is bounded."""
    code = (
        "import sys\n"
        "from collectors.media.decode import _confine\n"
        "_confine()\n"
        "for trial in (lambda: open(sys.argv[1], 'w'), lambda: open('/etc/hostname'),\n"
        "              lambda: __import__('socket').socket(), lambda: bytearray(2 << 30)):\n"
        "    try:\n"
        "        trial()\n"
        "    except (OSError, MemoryError) as error:\n"
        "        print(type(error).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "x")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["OSError", "OSError", "OSError", "MemoryError"]
    assert not (tmp_path / "x").exists()
