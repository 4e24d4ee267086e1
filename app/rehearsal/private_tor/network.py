"""Starts the private network and hands out onion services on it.

All authorities are told to vote for the first time a few seconds after they start. Where the
machine was too slow for that, the network is started again with more time, which is far quicker
than to wait for the second vote. So it is where client and onion node do not meet.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import stem
import stem.control
from stem.control import Controller

from app.rehearsal.private_tor.keys import Keys, authority_keys
from app.rehearsal.private_tor.meeting import gets_through, listening
from app.rehearsal.private_tor.nodes import Node, wait_for
from app.rehearsal.private_tor.torrc import (
    FEW_RELAYS,
    Ports,
    authority_line,
    authority_lines,
    carried,
    client_lines,
    free_ports,
    service_lines,
    voting_offset,
    write_torrc,
)
from app.rehearsal.server import LOOPBACK
from config.settings import TorSettings
from model.errors import ConfigurationError, Retry

Say = Callable[[str], None]

_LEADS = (4, 7, 11, 18, 30)
"""Seconds from the start to the first vote, one attempt after the other."""
_CONSENSUS_SECONDS = 12
_CONNECT_SECONDS = 60
_RECONNECT_SECONDS = (20, 20, 20)
"""A client that is not connected again by then is started afresh, so many times."""
_PUBLISH_SECONDS = 60
_EVERYWHERE_SECONDS = 10


class _Uploads:
    """Which directories were asked to take the descriptor of a service, and which answered."""

    def __init__(self) -> None:
        self._asked: dict[str, Counter[str]] = defaultdict(Counter)

    def hear(self, event: object) -> None:
        """An HS_DESC event (control-spec)."""
        action, name, place = (
            str(getattr(event, key, "")) for key in ("action", "address", "directory_fingerprint")
        )
        if action in ("UPLOAD", "UPLOADED", "FAILED"):
            self._asked[name][place] += 1 if action == "UPLOAD" else -1

    def complete(self, name: str) -> bool:
        """Whether every directory that was asked has answered: then any client finds it."""
        open_ones = dict(self._asked[name])
        return bool(open_ones) and not any(count > 0 for count in open_ones.values())


class PrivateTor:
    """A running network. ``settings`` lead to its client, whose SOCKS port reaches its onions."""

    def __init__(
        self, relays: list[Node], service: Node, client: Node, authorities: Sequence[str]
    ) -> None:
        self.relays = relays
        self.service = service
        self.client = client
        self.settings = TorSettings(
            socks=f"{LOOPBACK}:{client.ports.socks}", control=f"{LOOPBACK}:{client.ports.control}"
        )
        self.options: Mapping[str, str | tuple[str, ...]] = {
            "TestingTorNetwork": "1",
            "OutboundBindAddress": LOOPBACK,
            "UseDefaultFallbackDirs": "0",
            **dict(FEW_RELAYS),
            "DirAuthority": tuple(line.removeprefix("DirAuthority ") for line in authorities),
        }
        """``tor.options`` with which a tor of spoor's own joins this network and no other."""
        self._services: Controller | None = None
        self._onions: list[str] = []

    @property
    def processes(self) -> Mapping[str, int]:
        """Name of each node that runs → its process id."""
        nodes = (*self.relays, self.service, self.client)
        return {node.name: node.pid for node in nodes if node.pid is not None}

    def onion(self, port: int, target_port: int = 80, *, client_auth: str | None = None) -> str:
        """Publish this machine's ``port`` as an onion service at ``target_port``; its host.

        ``client_auth`` is the public x25519 key, in base32, of the only client let in. Returns
        once every directory that is to have the descriptor has it.
        """
        control = self._controller()
        uploads = _Uploads()
        control.add_event_listener(uploads.hear, stem.control.EventType.HS_DESC)
        try:
            made = control.create_ephemeral_hidden_service(
                {target_port: f"{LOOPBACK}:{port}"},
                await_publication=True,
                timeout=_PUBLISH_SECONDS,
                client_auth_v3=client_auth,
            )
            wait_for(lambda: uploads.complete(made.service_id), _EVERYWHERE_SECONDS)
        except stem.Timeout as error:
            raise Retry(
                "private Tor: no directory took the onion service", reason="descriptor-missing"
            ) from error
        finally:
            control.remove_event_listener(uploads.hear)
        host = f"{made.service_id}.onion"
        self._onions.append(host)
        return host

    def withdraw(self, host: str) -> None:
        """End an onion service; its descriptor stays where it was published, as in real life."""
        self._controller().remove_ephemeral_hidden_service(host.removesuffix(".onion"))
        self._onions.remove(host)

    def kill_relay(self, number: int) -> None:
        """End a relay (and authority) as a crash would."""
        self.relays[number].kill()

    def revive_relay(self, number: int) -> None:
        """Start a relay again that was ended."""
        if self.relays[number].pid is None:
            self.relays[number].start()

    def stop_client(self) -> None:
        """End the client as a crash would; its SOCKS and control ports close."""
        self.client.kill()

    def start_client(self) -> None:
        """Start the client again on the same ports; returns once it is connected.

        Where relays were killed its guards may be among them: it then chooses others.
        """
        for seconds in _RECONNECT_SECONDS:
            self.client.start()
            try:
                self.client.connect(seconds)
            except Retry:
                self.client.kill()
                self.client.forget_guards()
            else:
                return
        self.client.start()
        self.client.connect(_CONNECT_SECONDS)

    def close(self) -> None:
        """End every process."""
        for node in (self.client, self.service, *self.relays):
            node.kill()

    def connect(self, say: Say = lambda _: None) -> None:
        """Start onion node and client; Retry where one does not get through to the other."""
        self.service.start()
        self.client.start()
        self._services = self.service.connect(_CONNECT_SECONDS)
        self.client.connect(_CONNECT_SECONDS)
        with listening() as port:
            host = self.onion(port)
            met = gets_through(self.client.ports.socks, host, say)
            self.withdraw(host)
        if not met:
            raise Retry(
                "private Tor: its client does not reach its onion node",
                reason="service-unreachable",
            )

    def _controller(self) -> Controller:
        if self._services is None or not self._services.is_alive():
            raise Retry("private Tor: its onion node does not run", reason="tor-not-running")
        return self._services


@contextmanager
def private_tor(
    folder: Path, *, relays: int = 5, say: Say = lambda _: None, keys: Path | None = None
) -> Iterator[PrivateTor]:
    """A Tor network of our own, data in ``folder``, ended with the block or with this process.

    Four relays are the fewest that work; seven are needed where one is to be killed. ``keys`` is
    the folder the authorities' keys are kept in (default: the user's cache).
    """
    tor = _tor()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    network = _started(tor, folder, _keys(tor, relays, keys, folder), say)
    try:
        yield network
    finally:
        network.close()


def tor_is_installed() -> bool:
    """Whether this machine has all that :func:`private_tor` needs."""
    return all(shutil.which(name, path=_path()) for name in ("tor", "tor-gencert"))


def _tor() -> str:
    if not tor_is_installed():
        raise ConfigurationError(
            "no tor is installed on this machine", remedy="sudo apt-get install tor"
        )
    return shutil.which("tor", path=_path()) or "tor"


def _path() -> str:
    """Debian keeps tor in /usr/sbin, which is not everybody's PATH."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))


def _keys(tor: str, count: int, cache: Path | None, folder: Path) -> list[Keys]:
    try:
        return authority_keys(tor, count, cache)
    except OSError:  # no home, or one that can not be written to
        return authority_keys(tor, count, folder / "keys")


def _started(tor: str, folder: Path, keys: list[Keys], say: Say) -> PrivateTor:
    """The network of the first attempt that got a complete consensus."""
    leads = _LEADS[_patience() :]
    for attempt, lead in enumerate(leads, 1):
        say(f"private Tor network: {len(keys)} relays start, first vote in {lead} s")
        place = folder / f"attempt-{attempt}"
        shutil.rmtree(place, ignore_errors=True)
        network = _laid_out(tor, place, keys, lead)
        try:
            if _agreed(network.relays, lead + _CONSENSUS_SECONDS):
                network.connect(say)
                return network
        except Retry as error:
            if attempt == len(leads):
                network.close()
                raise
            say(error.message)
        except BaseException:
            network.close()
            raise
        network.close()
        say("private Tor network: it did not come together in time; once more, slower")
    raise Retry(
        f"private Tor: no complete consensus of {len(keys)} relays in {len(leads)} attempts",
        reason="tor-not-bootstrapped",
        remedy=f"see the logs below {folder}",
    )


def _patience() -> int:
    """How many of the quick attempts a machine as busy as this one had better leave out."""
    load = 0.0
    with suppress(OSError):
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return 0 if load < 1 else 1 if load < 2 else 2


def _laid_out(tor: str, folder: Path, keys: list[Keys], lead: int) -> PrivateTor:
    """All nodes with their files; the authorities are started, the clock of the vote runs."""
    free = free_ports()
    ports = [Ports(*islice(free, 3)) for _ in keys]
    known = [authority_line(*item) for item in zip(range(len(keys)), keys, ports, strict=True)]
    service, client = Ports(next(free)), Ports(next(free), socks=next(free))

    def node(name: str, where: Ports, own: Iterator[str]) -> Node:
        place = folder / name
        (place / "data").mkdir(mode=0o700, parents=True)
        return Node(tor, place, where, write_torrc(place, name, where, own, known))

    offset = voting_offset(time.time(), lead)
    authorities = []
    for number, (own, where) in enumerate(zip(keys, ports, strict=True)):
        made = node(f"authority{number}", where, authority_lines(where, offset))
        own.copy_to(made.folder / "data")
        (made.folder / "data" / "state").write_text(carried(time.time()), "ascii")
        authorities.append(made)
    for made in authorities:
        made.start()
    return PrivateTor(
        authorities,
        node("onions", service, service_lines()),
        node("client", client, client_lines(client)),
        known,
    )


def _agreed(relays: list[Node], seconds: float) -> bool:
    """Whether every authority gets a consensus, in time, in which all of them take part."""

    def complete(node: Node) -> bool:
        lines = node.consensus().splitlines()
        usable = [line for line in lines if line.startswith("s ") and "HSDir" in line]
        return sum("Running" in line for line in usable) == len(relays)

    return wait_for(
        lambda: all(node.owned() and complete(node) for node in relays),
        seconds,
        lambda: any(node.has_ended() for node in relays),
    )
