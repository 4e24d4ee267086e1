"""The embedded engine's own process: an ArcadeDB server that speaks Bolt on loopback, no more.

Run by path, never imported by the rest; standard library and the engine's wheel only. The order
comes as one line of JSON on standard input (so that the password is on no command line and in no
environment), the answer is one line of JSON on standard output, the engine's log goes to standard
error. The server lives as long as any process holds the shared lock on ``users``, and stops by
itself once the last one let go, however it ended.

HTTP cannot be configured away in this engine. It is bound to a reserved multicast address, to
which no TCP connection can be made, and its listener is closed before the server is announced.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

UNREACHABLE = "224.0.0.0"  # RFC 5771, base address; TCP knows no multicast
LEFT_OUT = ("arcadedb-mcp-", "arcadedb-postgresw-", "arcadedb-redisw-", "arcadedb-console-")


def class_path(jars: Path) -> list[str]:
    """The wheel's jars without those that would open other doors."""
    return sorted(str(jar) for jar in jars.glob("*.jar") if not jar.name.startswith(LEFT_OUT))


def jvm_options(memory: str) -> list[str]:
    """Fixed heap limit, serial collector (one client, small resident set), no signals taken."""
    return [
        f"-Xmx{memory}",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",
        "-Xrs",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
        "--add-exports=java.management/sun.management=ALL-UNNAMED",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Djava.awt.headless=true",
        "-Djava.net.preferIPv4Stack=true",
        "-Dpolyglot.engine.WarnInterpreterOnly=false",
    ]


def server_settings(order: dict[str, Any]) -> dict[str, Any]:
    """The engine's settings: Bolt on loopback only, files only below the given folder."""
    folder = Path(order["folder"])
    return {
        "arcadedb.server.rootPath": str(folder),
        "arcadedb.server.configDirectory": order["config"],
        "arcadedb.server.databaseDirectory": str(folder / "databases"),
        "arcadedb.server.logsDirectory": str(folder / "log"),
        "arcadedb.server.rootPassword": order["password"],
        "arcadedb.server.httpIncomingHost": UNREACHABLE,
        "arcadedb.server.httpIncomingPort": "2480-2579",
        "arcadedb.server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "arcadedb.bolt.host": "127.0.0.1",
        "arcadedb.bolt.port": order["port"],
        "arcadedb.bolt.defaultDatabase": order["database"],
        # "production" would hide from us why a statement is refused; the rest of it is set here
        "arcadedb.server.mode": "development",
        "arcadedb.txWalFlush": 1,
        "arcadedb.opencypher.loadCsv.allowFileUrls": False,
        "arcadedb.support.autoRegister": False,
        "arcadedb.serverMetrics": False,
    }


def write_groups(configuration: Path) -> None:
    """Two kinds of users: those who may do anything, and those who may read records."""
    every = {"resultSetLimit": -1, "readTimeout": -1}
    may = ["createRecord", "readRecord", "updateRecord", "deleteRecord"]
    groups = {
        "admin": every
        | {
            "access": ["updateSecurity", "updateSchema", "updateDatabaseSettings"],
            "types": {"*": {"access": may}},
        },
        "reader": every | {"access": [], "types": {"*": {"access": ["readRecord"]}}},
        "*": every | {"access": [], "types": {"*": {"access": []}}},
    }
    content = {"databases": {"*": {"groups": groups}}, "version": 2}
    (configuration / "server-groups.json").write_text(json.dumps(content), encoding="utf-8")


def add_reader(server: Any, order: dict[str, Any]) -> None:
    """The user under which everything is read."""
    import jpype  # noqa: PLC0415 - only this process ever loads a JVM

    security = server.getSecurity()
    user = {
        "name": "reader",
        "password": str(security.encodePassword(order["reader_password"])),
        "databases": {order["database"]: ["reader"]},
    }
    json_object = jpype.JClass("com.arcadedb.serializer.json.JSONObject")
    security.createUser(json_object(json.dumps(user)))


def start(order: dict[str, Any]) -> Any:
    """A started server with its database, HTTP closed; Java exceptions pass through."""
    import jpype  # noqa: PLC0415 - the one place with a JVM

    package = Path(order["package"])
    write_groups(Path(order["config"]))
    jpype.startJVM(
        str(package / "jre" / "lib" / "server" / "libjvm.so"),
        *jvm_options(order["memory"]),
        classpath=class_path(package / "jars"),
        interrupt=False,
    )
    configuration = jpype.JClass("com.arcadedb.ContextConfiguration")()
    for key, value in server_settings(order).items():
        configuration.setValue(key, value)
    server = jpype.JClass("com.arcadedb.server.ArcadeDBServer")(configuration)
    server.start()
    server.getHttpServer().stopService()
    server.getOrCreateDatabase(order["database"])
    add_reader(server, order)
    return server


def detach() -> None:
    """Leave the starter's family: it has nothing to reap, and may end before this server."""
    if os.fork():
        os._exit(0)


def bolt_port(server: Any) -> int:
    """The port Bolt listens on, chosen by the system."""
    for plugin in server.getPlugins():
        if plugin.getClass().getSimpleName() == "BoltProtocolPlugin":
            return int(plugin.getPort())
    raise LookupError("the Bolt plugin is not there")


def wait_for_last_user(path: str) -> None:
    """Return once nobody holds ``path`` shared any more, or on SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    users = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(SystemExit):
        fcntl.flock(users, fcntl.LOCK_EX)


def serve(order: dict[str, Any], answer: TextIO) -> None:
    server = start(order)
    print(json.dumps({"port": bolt_port(server), "pid": os.getpid()}), file=answer, flush=True)
    answer.close()
    wait_for_last_user(order["users"])
    server.stop()


def main() -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    detach()
    alive = os.open(order["alive"], os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(alive, fcntl.LOCK_EX)
    status = 1
    try:
        serve(order, answer)
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
