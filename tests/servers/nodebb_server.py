"""A real NodeBB for tests: started, asked line by line, and what its database says of itself."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from .neutral import TONGUES, sentences, title

NOT_INSTALLED = 3
ADMIN = 1
MEMBERS = ("Anemone", "Bergahorn", "Cornus", "Dahlie", "Efeu")
LONG = 3
"""The topic with several pages."""


@dataclass(slots=True)
class NodeBB:
    """The forum, running: its address, its people and what was written, by numbers."""

    process: subprocess.Popen[str]
    url: str
    people: dict[str, int] = field(default_factory=dict)
    topics: list[dict[str, int]] = field(default_factory=list)
    quoted: dict[int, dict[str, str]] = field(default_factory=dict)

    def do(self, what: str, /, **more: Any) -> Any:
        """Something done by the forum's own functions; what it answers."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        answer = self.line()
        assert "done" in answer, answer
        return answer["done"]

    def line(self) -> dict[str, Any]:
        """The next answer; what else the forum prints is passed over."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("@"):
                found: dict[str, Any] = json.loads(line[1:])
                return found
        raise AssertionError("the forum ended")

    def truth(self) -> dict[str, Any]:
        """What the database holds: topics, posts and users by their numbers, as text."""
        found: dict[str, Any] = self.do("truth")
        return found

    def fill(self) -> None:
        """Topics on several pages, one of several pages itself, with quotes and signatures."""
        dice = Random(9)
        for name in MEMBERS:
            about = {"aboutme": f"I am {name}", "signature": f"Regards, {name}"}
            self.people[name] = self.do("join", name=name, about=about if name < "D" else {})
        for number in range(1, 46):
            self._topic(dice, number, 55 if number == LONG else dice.randint(0, 4))

    def _topic(self, dice: Random, number: int, replies: int) -> None:
        language, people = dice.choice(list(TONGUES)), list(self.people.items())
        writer, uid = dice.choice(people)
        first = f"{sentences(dice, language)} T{number}"
        said = {"title": title(dice, language, number), "content": first}
        made = self.do("topic", uid=uid, cid=2, **said)
        made = {name: int(value) for name, value in made.items()}
        self.topics.append(made)
        before, earlier = (writer, made["pid"], first), made["pid"]
        for place in range(replies):
            name, uid = dice.choice(people)
            own = f"{sentences(dice, language)} R{number}.{place}"
            content = own
            if quotes := dice.random() < 0.3:
                content = f"@{before[0]} said in [it](/post/{before[1]}):\n\n> {before[2]}\n\n{own}"
            pid = int(self.do("reply", uid=uid, tid=made["tid"], content=content, toPid=earlier))
            if quotes:
                self.quoted[pid] = {"of": before[0], "text": before[2], "own": own}
            before, earlier = (name, pid, own), pid


@contextmanager
def running() -> Iterator[NodeBB]:
    """The forum, filled; skips, saying why, where something it needs is not installed."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("start_nodebb.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        assert process.stderr
        said: list[str] = []
        listener = threading.Thread(target=said.extend, args=(process.stderr,))
        listener.start()
        try:
            address = process.stdout.readline().strip()
            if not address:
                process.wait()
                listener.join()
                reason = "".join(said).strip()
                if process.returncode == NOT_INSTALLED:
                    pytest.skip(reason)
                pytest.fail(f"NodeBB did not start: {reason[-2000:]}")
            server = NodeBB(process, address)
            assert server.line() == {"ready": True}
            server.fill()
            yield server
        finally:
            process.stdin.close()
            process.wait(60)
            listener.join()
