"""What each node of the private network is told; no line of it leads off this machine.

``OutboundBindAddress 127.0.0.1`` on every node makes the kernel refuse any other destination, the
exits have no name server, and the only authorities any node knows are the network's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.rehearsal.private_tor.keys import Keys
from app.rehearsal.server import LOOPBACK
from collectors.tor.ports import free_port

VOTING_SECONDS = 300
_DELAY_SECONDS = 2
_BANDWIDTH = 10_000_000
"""Bytes a second, far more than is ever carried here: no real figure comes near it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where one node listens; 0 where it does not."""

    control: int
    relay: int = 0
    directory: int = 0
    socks: int = 0


def free_ports() -> Iterator[int]:
    """Loopback ports that nobody listens at just now, none of them twice, without end."""
    given: set[int] = set()
    while True:
        port = free_port()
        if port not in given:
            given.add(port)
            yield port


def authority_line(number: int, keys: Keys, ports: Ports) -> str:
    """The ``DirAuthority`` line by which the others know an authority."""
    return (
        f"DirAuthority authority{number} orport={ports.relay} no-v2 v3ident={keys.ident} "
        f"{LOOPBACK}:{ports.directory} {keys.fingerprint}"
    )


def carried(now: float) -> str:
    """What an authority remembers (its ``state``) to have carried on two days: each the same.

    Without, one may seem to carry something when they vote and the others nothing. Then every path
    leads through that one, and there is none once it has gone. (As these relays are authorities,
    tor takes no V3BandwidthsFile for them.)
    """
    ends = datetime.fromtimestamp(now - 3600, UTC).strftime("%Y-%m-%d %H:%M:%S")
    lines = (
        f"BWHistory{way}{what}"
        for way in ("Read", "Write")
        for what in (
            f"Ends {ends}",
            "Interval 86400",
            f"Values {86400 * _BANDWIDTH},{86400 * _BANDWIDTH}",
            f"Maxima {_BANDWIDTH},{_BANDWIDTH}",
        )
    )
    return "\n".join((*lines, ""))


def authority_lines(ports: Ports, offset: int) -> Iterator[str]:
    """An authority that is relay, directory and exit at once, and votes first at ``offset``."""
    yield "SocksPort 0"
    yield f"ORPort {LOOPBACK}:{ports.relay}"
    yield f"DirPort {LOOPBACK}:{ports.directory}"
    yield "ExitRelay 1"
    yield "ExitPolicy accept *:*"
    yield "ServerDNSDetectHijacking 0"
    yield "ServerDNSTestAddresses"
    yield "AuthoritativeDirectory 1"
    yield "V3AuthoritativeDirectory 1"
    yield f"V3AuthVotingInterval {VOTING_SECONDS} seconds"
    yield f"TestingV3AuthInitialVotingInterval {VOTING_SECONDS} seconds"
    for key in ("V3Auth{}Delay", "TestingV3AuthInitial{}Delay"):
        for what in ("Vote", "Dist"):
            yield f"{key.format(what)} {_DELAY_SECONDS} seconds"
    yield "V3AuthNIntervalsValid 12"
    yield f"TestingV3AuthVotingStartOffset {offset} seconds"
    yield "TestingDirAuthVoteHSDir *"
    yield "TestingDirAuthVoteExit *"
    yield "TestingDirAuthVoteGuard *"


FEW_RELAYS = (
    ("VanguardsLiteEnabled", "0"),
    ("ConfluxEnabled", "0"),
    ("LearnCircuitBuildTimeout", "0"),
    ("CircuitBuildTimeout", "10"),
)
"""So few relays do not allow for guards, vanguards and spare paths all at once: circuits would be
stuck for minutes. None of it changes what a collector sees."""


def client_lines(ports: Ports) -> Iterator[str]:
    """A client whose SOCKS port gives each user name circuits of its own and tells reasons."""
    yield from (" ".join(pair) for pair in FEW_RELAYS)
    yield f"SocksPort {LOOPBACK}:{ports.socks} IsolateSOCKSAuth ExtendedErrors"


def service_lines() -> Iterator[str]:
    """A node for onion services only, which are added by its control port."""
    yield from (" ".join(pair) for pair in FEW_RELAYS)
    yield "SocksPort 0"


def write_torrc(
    folder: Path, name: str, ports: Ports, own: Iterator[str], authorities: Sequence[str]
) -> Path:
    """The torrc of a node with its data in ``folder/data``, which ends with this process."""
    resolver = folder / "resolv.conf"
    resolver.write_text(f"nameserver {LOOPBACK}\noptions attempts:1 timeout:1\n", "ascii")
    lines = (
        "TestingTorNetwork 1",
        f"DataDirectory {folder / 'data'}",
        f"Nickname {name}",
        f"Address {LOOPBACK}",
        f"OutboundBindAddress {LOOPBACK}",
        f"ServerDNSResolvConfFile {resolver}",
        "UseDefaultFallbackDirs 0",
        f"ControlPort {LOOPBACK}:{ports.control}",
        "CookieAuthentication 1",
        f"__OwningControllerProcess {os.getpid()}",
        "ShutdownWaitLength 0",
        f"GeoIPFile {folder / 'none'}",
        f"GeoIPv6File {folder / 'none'}",
        f"Log notice file {folder / 'log'}",
        *own,
        *authorities,
    )
    torrc = folder / "torrc"
    torrc.write_text("\n".join(lines) + "\n", "utf-8")
    return torrc


def voting_offset(now: float, lead: int) -> int:
    """The offset that puts the first vote ``lead`` seconds after ``now`` (Unix seconds)."""
    return int(now + lead + 2 * _DELAY_SECONDS) % VOTING_SECONDS
