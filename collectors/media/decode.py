"""Turns a picture into rows of brightness, in a process of its own that can do nothing else.

Decoders of pictures are the classic way into a machine. This one runs as a child with little
memory, little time, no right to write a file and, once it is ready, none to open one. It reads a
picture from its standard input and writes, for each frame, a line of JSON and the raw bytes.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from model.errors import Skip

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "MPO")
MAX_PIXELS = 50_000_000
MAX_FRAMES = 32
MAX_SIDE = 1_024
"""Larger pictures are made this wide or high at most; their hashes differ by a few bits."""
_MEMORY = 1 << 30
_CPU_SECONDS = 10
_SECONDS = 30.0
_REMEDY = "nothing: a picture that can not be checked is never kept"


class Frame(NamedTuple):
    """One frame as brightness, row by row, and how large it was as it came."""

    width: int
    height: int
    luma: bytes
    full_width: int
    full_height: int


def frames(payload: bytes, where: str) -> tuple[Frame, ...]:
    """Every frame of a picture; Skip says why it can not be decoded within the limits."""
    command = [sys.executable, "-I", "-m", "collectors.media.decode"]
    try:
        child = subprocess.run(
            command, input=payload, capture_output=True, timeout=_SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(where, f"decoding took more than {_SECONDS:g} s") from error
    found = _parsed(child.stdout) if child.returncode == 0 else ()
    if not found:
        last = child.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        safe = "".join(char for char in last if char.isprintable())[:200]
        raise _refused(where, safe or f"the decoder ended with {child.returncode}")
    return found


def _refused(where: str, why: str) -> Skip:
    return Skip(
        f"{where}: a picture that can not be checked: {why}", reason="media", remedy=_REMEDY
    )


def _parsed(output: bytes) -> tuple[Frame, ...]:
    """What the child wrote; nothing where that is not whole."""
    found: list[Frame] = []
    while output:
        line, _, output = output.partition(b"\n")
        width, height, full_width, full_height = map(int, json.loads(line))
        luma, output = output[: width * height], output[width * height :]
        if not luma or len(luma) != width * height:
            return ()
        found.append(Frame(width, height, luma, full_width, full_height))
    return tuple(found)


def _confine() -> None:
    """From here on: no new files, no writing into any, bounded memory and time."""
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(kind, (most, most))


def _write_frames(payload: bytes, out: BinaryIO) -> None:
    from PIL import Image  # noqa: PLC0415 - only the child ever loads it

    with Image.open(io.BytesIO(payload), formats=FORMATS) as image:
        count = int(getattr(image, "n_frames", 1))
        if count > MAX_FRAMES:
            raise ValueError(f"{count} frames, more than {MAX_FRAMES}")
        full = image.size
        if count == 1:
            image.draft("L", (MAX_SIDE, MAX_SIDE))
        for number in range(count):
            image.seek(number)
            _write_frame(image, full, out)


def _write_frame(image: Image.Image, full: tuple[int, int], out: BinaryIO) -> None:
    side = (min(image.width, MAX_SIDE), min(image.height, MAX_SIDE))
    # By way of RGB: a palette and 16 bits a sample become what is shown of them.
    luma = image.convert("RGB").resize(side).convert("L")
    out.write(json.dumps([*side, *full]).encode() + b"\n" + luma.tobytes())


def _warm_up() -> None:
    """Make and decode a small picture of each format: all that is loaded late is there then."""
    from PIL import Image  # noqa: PLC0415

    small = [Image.new("RGB", (2, 2), colour) for colour in ("red", "blue")]
    for form in FORMATS:
        made = io.BytesIO()
        more = {} if form in ("JPEG", "BMP") else {"save_all": True, "append_images": small[1:]}
        small[0].save(made, form, **more)
        _write_frames(made.getvalue(), io.BytesIO())


def _main() -> None:
    from PIL import Image  # noqa: PLC0415

    _warm_up()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error")
    payload = sys.stdin.buffer.read()
    _confine()
    try:
        _write_frames(payload, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except Exception as error:  # noqa: BLE001 - whatever a decoder raises, the picture is refused
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    _main()
