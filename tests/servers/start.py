"""Starts a real shop or a real forum, filled and on loopback; ends with its standard input.

usage: python tests/servers/start.py shop|forum [--port N] [--truth FILE]

The first line on standard output is the address. Exit code 3: something is not installed. Sent
SIGUSR1, the site goes through a day of changes and FILE is written anew.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import postgres
from venvs import Missing, alone, cache, digest, environment

HERE = Path(__file__).resolve().parent
NOT_INSTALLED = 3


@dataclass(frozen=True, slots=True)
class Site:
    """One application, its environment, and whether it needs PostgreSQL."""

    name: str
    needs_postgres: bool
    venv: Path

    def run(self, state: Path, *words: str) -> None:
        """A module of ours inside the application's environment."""
        subprocess.run(self.command(*words), env=self.variables(state), check=True, cwd=state)

    def command(self, *words: str) -> list[str]:
        return [str(self.venv / "bin" / "python"), *words]

    def variables(self, state: Path) -> dict[str, str]:
        """The whole environment: nothing of the caller's gets in but path and home."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": f"{self.name}_site.settings",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(HERE),
            "PYTHONPYCACHEPREFIX": str(self.venv / "pycache"),
            "PYTHONWARNINGS": "ignore",
            "SPOOR_SERVER_STATE": str(state),
            "SPOOR_POSTGRES_SOCKETS": str(state / "postgres"),
        }

    @contextmanager
    def database(self, state: Path) -> Iterator[None]:
        """The block may use the database; SQLite needs nobody to run for that."""
        if not self.needs_postgres:
            yield
            return
        with postgres.running(state / "postgres"):
            yield


def main(words: Sequence[str] | None = None) -> int:
    """Prepare what is not there yet, then serve a fresh copy of the filled site."""
    asked = _arguments(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        site, filled = _prepared(asked.site)
    except Missing as problem:
        print(problem, file=sys.stderr)
        return NOT_INSTALLED
    with ExitStack() as stack:
        state = stack.enter_context(_folder())
        _unpack(filled, state)
        stack.enter_context(site.database(state))
        if asked.truth:
            _keep_truth(site, state, asked.truth)
            signal.signal(signal.SIGUSR1, lambda *_: _change(site, state, asked.truth))
        server = subprocess.Popen(
            site.command(str(HERE / "serve.py"), str(asked.port)),
            env=site.variables(state), cwd=state,
        )  # fmt: skip
        stack.callback(_end, server)
        with suppress(KeyboardInterrupt):
            server.wait()
    return 0


def _end(server: subprocess.Popen[bytes]) -> None:
    """It must be gone before its folder is: else it writes there once more."""
    server.kill()
    server.wait()


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("site", choices=("shop", "forum"))
    parser.add_argument("--port", type=int, default=0, help="any free one if not given")
    parser.add_argument("--truth", type=Path, help="write there, as JSON, what a guest may see")
    return parser.parse_args(words)


def _prepared(name: str) -> tuple[Site, Path]:
    """The site and an archive of its filled state; environment and archives are made once."""
    needs_postgres = name == "forum"
    if needs_postgres:
        postgres.check_installed()
    with alone(name):
        site = Site(name, needs_postgres, environment(name))
        folder = HERE / f"{name}_site"
        settings = digest(site.venv.name, folder / "settings.py", folder / "urls.py")
        content = digest(settings, folder / "seed.py", HERE / "neutral.py")
        empty = cache() / f"{name}-empty-{settings}.tar"
        filled = cache() / f"{name}-filled-{content}.tar"
        if not empty.exists():
            _say(name, "migrating an empty database")
            _make(site, None, empty, "django", "migrate", "--verbosity", "0")
        if not filled.exists():
            _say(name, "filling it")
            _make(site, empty, filled, f"{name}_site.seed")
    return site, filled


def _make(site: Site, base: Path | None, target: Path, module: str, *words: str) -> None:
    """Keep the state that running a module on the ``base`` state leaves behind."""
    with _folder() as state:
        if base is not None:
            _unpack(base, state)
        elif site.needs_postgres:
            postgres.make_cluster(state / "postgres")
        with site.database(state):
            site.run(state, "-m", module, *words)
        draft = target.with_suffix(f".{os.getpid()}")
        with tarfile.open(draft, "w") as archive:
            archive.add(state, ".", filter=_plain)
        draft.rename(target)


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Files and folders only, nobody's: a socket is no state."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry if entry.isfile() or entry.isdir() else None


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as opened:
        opened.extraction_filter = lambda entry, _: entry  # our own archive, with its modes
        opened.extractall(folder)


def _keep_truth(site: Site, state: Path, target: Path) -> None:
    found = subprocess.run(
        site.command("-m", f"{site.name}_site.truth"),
        env=site.variables(state), cwd=state, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    draft = target.with_suffix(".draft")
    draft.write_bytes(found.stdout)
    draft.rename(target)


def _change(site: Site, state: Path, truth: Path) -> None:
    site.run(state, "-m", f"{site.name}_site.change")
    _keep_truth(site, state, truth)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="spoor-server-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def _say(name: str, what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {name}: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
