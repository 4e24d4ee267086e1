"""The page "A new source in ten minutes", followed to the letter in an empty folder.

Every block on it is run or written as it is printed: commands in a shell, what is to run in the
background there, YAML and TOML into the file their first line names, and what is shown as printed
must be printed. Only the port gives way where it is taken.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.source_keys import MARK
from config.sources import load_source
from config.yaml_files import Step, read_yaml

ROOT = Path(__file__).resolve().parents[2]
PORT = 8765
PATIENCE = 120.0


class Block(NamedTuple):
    """A block of the page: its language, with what is said behind it, and its text."""

    kind: str
    text: str


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    walk = (ROOT / "docs/new-source.md").read_text("utf-8").partition(MARK)[0]
    found = re.findall(r"^```(\w[^\n]*)\n(.*?)^```$", walk, re.MULTILINE | re.DOTALL)
    return [Block(*each) for each in found]


def free_port() -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Reader:
    """Somebody with two terminals who does what the page says."""

    def __init__(self, folder: Path) -> None:
        self.here = self.home = folder
        self.port = free_port()
        self.printed = ""
        self.background: list[subprocess.Popen[bytes]] = []
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "COLUMNS": "200"}
        self.environment.pop("SPOOR_WORKSPACE", None)

    def follow(self, block: Block) -> None:
        text = block.text.replace(str(PORT), str(self.port))
        match block.kind:
            case "sh":
                self.run(text)
            case "sh in the background":
                self.start(text if self.port == PORT else f"{text.rstrip()} --port {self.port}\n")
            case "yaml" | "toml":
                self.write(text)
            case "text":
                self.compare(text)
            case _:
                pytest.fail(f"nobody knows what to do with a block of {block.kind}")

    def run(self, commands: str) -> None:
        """Run commands one after the other; a change of folder holds for what comes after."""
        script = f"set -eu\n{commands}\npwd > {self.home}/.here\n"
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self.here,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == 0, f"{commands}\n{ran.stdout}\n{ran.stderr}"
        self.printed = ran.stdout
        self.here = Path((self.home / ".here").read_text("utf-8").strip())

    def start(self, command: str) -> None:
        """Start what serves, and wait until it does."""
        self.background.append(
            subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.here,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail(f"{command} does not serve")

    def write(self, text: str) -> None:
        """Write a file that the first line names, or put the lines where it says."""
        named = re.match(r"# (\S+?)(?:: under (\S+))?\n", text)
        assert named, text
        file, way = self.here / named.group(1), named.group(2)
        if way is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            return
        steps: tuple[Step, ...] = tuple(int(s) if s.isdigit() else s for s in way.split("."))
        lines = file.read_text("utf-8").splitlines()
        line = read_yaml(file).lines[steps]
        indent = re.match(r"\s*", lines[line])
        assert indent
        lines[line:line] = [f"{indent.group()}{each}" for each in text.splitlines()[1:]]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def compare(self, text: str) -> None:
        printed = {" ".join(line.split()) for line in self.printed.splitlines()}
        assert [line for line in text.splitlines() if line not in printed] == []

    def end(self) -> None:
        for process in self.background:
            process.send_signal(signal.SIGINT)
        for process in self.background:
            process.wait(PATIENCE)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path)
    yield found
    found.end()


def test_the_page_does_what_it_says(blocks: list[Block], reader: Reader) -> None:
    assert len(blocks) >= 12
    outputs = []
    for block in blocks:
        reader.follow(block)
        outputs.append(reader.printed)
    source = load_source(reader.here / "sources/flohkiste.yml")
    assert source.pages["results"].rows[0].fields["seller"].select == ("a.anbieter",)
    live, listed = outputs[-2], outputs[-1]
    assert "anzeige/" in live
    row = next(line for line in listed.splitlines() if line.startswith("flohkiste"))
    assert re.search(r"\t20\d\d-\d\d-\d\dT", row), "it was read to the end"
