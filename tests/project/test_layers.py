"""Imports point down, and importing a module does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

AUDIT = """
import importlib, json, sys

WRITING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.truncate", "os.link", "os.symlink",
           "shutil.rmtree", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
           "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto",
           "sqlite3.connect"}
allowed, project, events = sys.argv[1], sys.argv[2] + "/", []

def ours():
    # Whether a module of ours is being imported, not one that it imports in turn.
    frame = sys._getframe(2)
    while frame and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    file = frame.f_code.co_filename if frame else ""
    return file.startswith(project) and "site-packages" not in file

def hook(event, args):
    if event != "open" and event not in WRITING or not ours():
        return
    if event == "open":
        path, mode, flags = args
        writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (
            isinstance(flags, int) and flags & 0b11)
        if writes and not str(path).startswith((allowed, "/dev/null")):
            events.append(["open", str(path)])
    elif not (args and str(args[0]).startswith(allowed)):
        events.append([event, repr(args)[:200]])

sys.addaudithook(hook)
report = {}
for name in sys.argv[3:]:
    before = len(events)
    importlib.import_module(name)
    if events[before:]:
        report[name] = events[before:]
print(json.dumps(report))
"""


def modules(root: Path, packages: list[str]) -> list[str]:
    """Every module of ours; alembic runs its migration scripts itself, they are no modules."""
    files = (file for name in packages for file in sorted((root / name).rglob("*.py")))
    names = (file.relative_to(root).with_suffix("") for file in files)
    return [
        ".".join(parts.parts).removesuffix(".__init__")
        for parts in names
        if "migrations" not in parts.parts
    ]


def imports_of(names: list[str], folder: Path, path: Path) -> dict[str, list[list[str]]]:
    """Import each module in a process of its own: module → what it did besides."""
    environment = {**os.environ, "MPLCONFIGDIR": str(folder), "HOME": str(folder)}
    answer = subprocess.run(
        [sys.executable, "-B", "-c", AUDIT, str(folder), str(path), *names],
        capture_output=True, text=True, check=False, cwd=path, env=environment, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-2000:]
    report: dict[str, list[list[str]]] = json.loads(answer.stdout)
    return report


def test_importing_any_module_writes_nothing_and_asks_nobody(
    root: Path, packages: list[str], tmp_path: Path
) -> None:
    names = modules(root, packages)
    assert len(names) > 50
    assert imports_of(names, tmp_path, root) == {}


def test_the_audit_sees_a_module_that_does_something(tmp_path: Path) -> None:
    """Also where it does it through somebody else's function."""
    outside, folder = tmp_path / "outside", tmp_path / "allowed"
    outside.mkdir()
    folder.mkdir()
    source = """
        import socket
        from pathlib import Path
        Path("made.txt").write_text("")
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.close()
    """
    (outside / "busy.py").write_text(textwrap.dedent(source), encoding="utf-8")
    did = imports_of(["busy"], folder, outside)["busy"]
    assert [event for event, _ in did] == ["open", "socket.bind"]


def lint_imports(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [command, "--config", config, "--no-cache"],
        capture_output=True, text=True, check=False, cwd=folder, timeout=120,
    )  # fmt: skip


def test_the_import_rules_hold(root: Path) -> None:
    answer = lint_imports(root, root / "pyproject.toml")
    assert answer.returncode == 0, answer.stdout[-3000:]
    assert "0 broken" in answer.stdout


def test_an_import_upwards_breaks_the_rules(
    root: Path, packages: list[str], tmp_path: Path
) -> None:
    for name in packages:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "model" / "upwards.py").write_text("import vault\n", encoding="utf-8")
    config = (root / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(config, encoding="utf-8")
    answer = lint_imports(tmp_path, tmp_path / "pyproject.toml")
    assert answer.returncode != 0
    assert "model is not allowed to import vault" in answer.stdout
