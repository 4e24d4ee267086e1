"""The embedded engine: one port on loopback, shared, and gone with its last user."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.engine import Graph
from graph.engines import embedded
from graph.engines.embedded import EmbeddedEngine
from model.errors import GraphError

ROOT = Path(__file__).resolve().parents[2]
USER = """
import sys, time
from pathlib import Path
from graph.engine import Graph
from graph.engines.embedded import EmbeddedEngine
with Graph(EmbeddedEngine(Path(sys.argv[1]), "256m")) as graph:
    print(next(graph.read("MATCH (n:Account) RETURN count(n) AS n"))["n"], flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path, "256m")
    yield made
    made.close()


def state(engine: EmbeddedEngine) -> dict[str, str]:
    read: dict[str, str] = json.loads((engine.home / "state").read_text())
    return read


def listening(pid: int) -> list[tuple[str, int]]:
    """Addresses on which the process listens, by the kernel's own tables."""
    links = Path(f"/proc/{pid}/fd").iterdir()
    sockets = {target[8:-1] for target in map(_target, links) if target.startswith("socket:[")}
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in sockets:
                address, _, port = fields[1].partition(":")
                found.append((address, int(port, 16)))
    return found


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def until(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    limit = time.monotonic() + seconds
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def start_user(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    return process


def test_only_bolt_listens_and_nothing_tells_the_password(engine: EmbeddedEngine) -> None:
    with Graph(engine) as graph:
        assert next(graph.read("RETURN 1 AS one")) == {"one": 1}
        told = state(engine)
        pid = int(told["pid"])
        assert listening(pid) == [("0100007F", int(told["port"]))]  # 127.0.0.1, nothing else
        for name in ("cmdline", "environ"):
            seen = Path(f"/proc/{pid}/{name}").read_bytes().decode("utf-8", "replace")
            assert told["password"] not in seen
            assert told["reader_password"] not in seen
        assert (engine.home / "state").stat().st_mode & 0o777 == 0o600
        assert engine.home.stat().st_mode & 0o777 == 0o700
        assert told["password"] not in repr(engine.endpoint())
    assert is_gone(pid) or until(lambda: is_gone(pid), 10)


def test_the_address_http_is_bound_to_takes_no_connection() -> None:
    """Between its start and its end HTTP has a listener, which nobody can reach."""
    with socket.socket() as server, socket.socket() as client:
        server.bind(("224.0.0.0", 0))
        server.listen()
        client.settimeout(2)
        with pytest.raises(OSError, match=r"unreachable|timed out"):
            client.connect(server.getsockname())


def test_a_wrong_password_is_refused(engine: EmbeddedEngine) -> None:
    with Graph(engine) as graph:
        next(graph.read("RETURN 1 AS one"))
        path = engine.home / "state"
        told = state(engine)
        path.write_text(json.dumps(told | {"reader_password": "wrong"}))
        stranger = Graph(EmbeddedEngine(engine.folder, "256m"))
        with pytest.raises(GraphError, match="refused our name or password"):
            next(stranger.read("RETURN 1 AS one"))
        path.write_text(json.dumps(told))
        stranger.close()


def test_a_crashed_server_comes_back_and_keeps_what_was_acknowledged(
    engine: EmbeddedEngine,
) -> None:
    with Graph(engine) as graph:
        graph.write("CREATE CONSTRAINT a IF NOT EXISTS FOR (n:Account) REQUIRE n.uid IS UNIQUE")
        graph.write("MERGE (n:Account {uid: $uid})", uid="a")
        os.kill(int(state(engine)["pid"]), signal.SIGKILL)
        assert list(graph.read("MATCH (n:Account) RETURN n.uid AS uid")) == [{"uid": "a"}]
        os.kill(int(state(engine)["pid"]), signal.SIGKILL)
        graph.write("MERGE (n:Account {uid: $uid})", uid="b")
        assert next(graph.read("MATCH (n:Account) RETURN count(n) AS n")) == {"n": 2}


def test_processes_share_a_server_that_ends_with_the_last(engine: EmbeddedEngine) -> None:
    first = start_user(engine.folder)
    pid = int(state(engine)["pid"])
    with Graph(engine) as graph:
        assert next(graph.read("RETURN 1 AS one")) == {"one": 1}
        assert int(state(engine)["pid"]) == pid
        first.communicate("\n", timeout=60)
        assert first.returncode == 0
        assert next(graph.read("RETURN 2 AS two")) == {"two": 2}
        assert not is_gone(pid)
    assert until(lambda: is_gone(pid))


def test_a_killed_user_leaves_no_server_behind(tmp_path: Path) -> None:
    user = start_user(tmp_path)
    pid = int(json.loads((tmp_path / "engine" / "state").read_text())["pid"])
    user.kill()
    user.communicate()
    assert until(lambda: is_gone(pid))
    with Graph(EmbeddedEngine(tmp_path, "256m")) as graph:
        assert next(graph.read("RETURN 1 AS one")) == {"one": 1}


def test_a_server_that_hangs_is_replaced_and_one_that_answers_is_not(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(embedded, "STOP_SECONDS", 2.0)
    pid = int((engine.endpoint(), state(engine))[1]["pid"])
    engine.recover()
    assert not is_gone(pid)
    os.kill(pid, signal.SIGSTOP)
    engine.recover()
    assert until(lambda: is_gone(pid), 10)


def test_a_missing_wheel_says_what_to_do(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(GraphError, match="not installed") as raised:
        engine.endpoint()
    assert "Neo4j" in str(raised.value)


def test_a_server_that_does_not_start_shows_its_last_words(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path, "1m")  # no Java starts in that
    with pytest.raises(GraphError, match="did not start"):
        engine.endpoint()
    engine.close()


def test_data_are_thrown_away_only_where_nobody_else_looks_on(engine: EmbeddedEngine) -> None:
    with Graph(engine) as graph:
        graph.write("MERGE (n:Account {uid: $uid})", uid="a")
        other = Graph(EmbeddedEngine(engine.folder, "256m"))
        next(other.read("RETURN 1 AS one"))
        assert not graph.discard()
        assert next(graph.read("MATCH (n:Account) RETURN count(n) AS n")) == {"n": 1}
        other.close()
        assert graph.discard()
        assert next(graph.read("MATCH (n:Account) RETURN count(n) AS n")) == {"n": 0}
