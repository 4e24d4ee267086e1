"""A real Bluesky for tests: started, asked line by line, and what its databases say of itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NOT_INSTALLED = 3
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"


@dataclass(slots=True)
class Bluesky:
    """The servers, running: where they listen, and whose accounts there are."""

    process: subprocess.Popen[str]
    pds: str = ""
    appview: str = ""
    jetstream: str = ""
    dids: dict[str, str] = field(default_factory=dict)

    def do(self, what: str, /, **more: Any) -> Any:
        """Something done by the server's own means; what it answers."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        answer = self.line()
        assert "done" in answer, answer.get("failed")
        return answer["done"]

    def line(self) -> dict[str, Any]:
        assert self.process.stdout
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def join(self, **profiles: dict[str, str]) -> None:
        """New accounts, each with a profile."""
        accounts = [{"name": name, "profile": profile} for name, profile in profiles.items()]
        self.dids |= self.do("join", accounts=accounts)

    def post(self, name: str, text: str, at: str, **more: Any) -> dict[str, str]:
        """One post; its address and digest."""
        record = {"text": text, "createdAt": at, **more}
        found: dict[str, str] = self.do("create", name=name, collection=POST, record=record)
        return found

    def posts(self, name: str, records: list[dict[str, Any]]) -> list[dict[str, str]]:
        """Many posts of one account."""
        found: list[dict[str, str]] = self.do("many", name=name, collection=POST, records=records)
        return found

    def remove(self, name: str, uri: str) -> None:
        *_, collection, key = uri.split("/")
        self.do("remove", name=name, collection=collection, key=key)

    def truth(self) -> dict[str, Any]:
        """What the databases hold, once the public view has taken in all there is."""
        self.do("settle")
        found: dict[str, Any] = self.do("truth")
        return found


@contextmanager
def running(*, watched: bool = False) -> Iterator[Bluesky]:
    """The servers; skips, saying why, where something they need is not installed."""
    words = [sys.executable, str(Path(__file__).with_name("start_bluesky.py"))]
    with subprocess.Popen(
        [*words, *(["--watched"] if watched else [])],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stderr
        said: list[str] = []
        listener = threading.Thread(target=said.extend, args=(process.stderr,))
        listener.start()
        found = Bluesky(process)
        try:
            where = _first(found, process, said, listener)
            found.pds, found.appview, found.jetstream = (
                str(where[name] or "").replace("localhost", "127.0.0.1")
                for name in ("pds", "appview", "jetstream")
            )
            yield found
        finally:
            process.stdin.close()
            process.wait(60)
            listener.join()


def _first(
    found: Bluesky, process: subprocess.Popen[str], said: list[str], listener: threading.Thread
) -> dict[str, Any]:
    """Where the servers listen; the test is skipped, or fails, where they do not start."""
    try:
        return found.line()
    except ValueError:
        process.wait()
        listener.join()
        reason = "".join(said).strip()
        if process.returncode == NOT_INSTALLED:
            pytest.skip(reason)
        pytest.fail(f"Bluesky did not start: {reason[-2000:]}")
