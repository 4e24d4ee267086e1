"""Which addresses may be asked for: http and https, public hosts, the hosts of the source only.

A host is brought to one spelling as browsers do (WHATWG URL, 3.5): other digits, other dots and
other scripts are mapped, numbers in place of an IPv4 address become that address. What is checked
is therefore what is asked for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna

from collectors.tor import is_onion, onion_problem
from collectors.web.failures import failure
from model.errors import PolicyRefusal

_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 2_000
_LOCAL_NAMES = (
    *(".localhost", ".localdomain", ".local", ".internal", ".home.arpa"),
    *(".lan", ".home", ".corp", ".intranet", ".private"),
)
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_OPEN_IPV6 = ipaddress.ip_network("2000::/3")
_CLOSED_IPV4 = ipaddress.ip_network("192.0.0.0/24")
"""IETF protocol assignments, of which Python 3.11 counts a part as open."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_DOT = re.compile(r"%2e", re.I)
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|\Z)", re.I)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")

Place = tuple[str, int]
"""Host and port."""


def normal(url: str, base: str = "") -> str:
    """The address as it is compared and asked for: absolute, no fragment, host in lower case.

    ValueError for what is no http or https address, holds a password, is too long, or names a
    host that can not be one.
    """
    joined = urljoin(base, _CONTROL.sub("", url))
    parts = urlsplit(joined)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        raise ValueError("not a plain http or https address")
    host = host_name(parts.hostname)
    port = parts.port
    netloc = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path = quote(_without_dots(parts.path) or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    plain = urlunsplit((scheme, netloc, path, query, ""))
    if len(plain) > _MAX_LENGTH:
        raise ValueError(f"longer than {_MAX_LENGTH:,} characters")
    return plain


def _without_dots(path: str) -> str:
    """The path with its steps ``.`` and ``..`` taken, in either spelling; never above the root."""
    if not _DOTS.search(path):
        return path
    kept: list[str] = []
    plain = ""
    for step in path.split("/")[1:]:
        plain = _DOT.sub(".", step)
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(step)
    return "/" + "/".join([*kept, ""] if plain in (".", "..") else kept)


def host_name(written: str) -> str:
    """A host in its one spelling, an IPv6 address in brackets; ValueError for what can be none."""
    if "%" in written:
        raise ValueError("a host with a zone or with encoded characters")
    if ":" in written:
        return f"[{ipaddress.IPv6Address(written)}]"
    plain = written if written.isascii() else idna.encode(written, uts46=True).decode("ascii")
    plain = plain.lower().removesuffix(".")
    if not _HOST.fullmatch(plain):
        raise ValueError("not the name of a host")
    if _NUMBER.fullmatch(plain.rpartition(".")[2]):
        return str(_ipv4(plain))
    return plain


def _ipv4(host: str) -> ipaddress.IPv4Address:
    """An IPv4 address in one to four numbers, each decimal, octal (0…) or hexadecimal (0x…)."""
    parts = host.split(".")
    if len(parts) > 4 or not all(map(_NUMBER.fullmatch, parts)):
        raise ValueError("neither a name nor an address")
    *first, last = (_number(part) for part in parts)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise ValueError("an IPv4 address out of range")
    high = sum(number << (24 - 8 * at) for at, number in enumerate(first))
    return ipaddress.IPv4Address(high + last)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)


def place(url: str) -> Place:
    """Host and port of a normal address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def places(urls: Iterable[str]) -> frozenset[Place]:
    """The places of the start addresses; a site at a default port has both of them."""
    found = {place(normal(url)) for url in urls}
    both = {(host, port) for host, given in found if given in (80, 443) for port in (80, 443)}
    return frozenset(found | both)


def check_route(url: str, route: str) -> None:
    """Refuses an onion address off Tor, and a misspelt one; neither is ever asked for."""
    host, _ = place(url)
    if not is_onion(host):
        return
    if route != "tor":
        raise PolicyRefusal(
            f"{url}: an onion address is never asked for outside Tor",
            remedy="set 'route: tor' in the source file",
        )
    if problem := onion_problem(host):
        raise failure("bad-address", url, problem)


def check_host(url: str, *, allow_private: bool) -> None:
    """Refuses hosts that name our own machine or network, also where a proxy would resolve them."""
    if allow_private:
        return
    host = host_name(place(url)[0])
    local = host == "localhost" or host.endswith(_LOCAL_NAMES) or not set(".[") & set(host)
    if local or not is_public(host, otherwise=True):
        raise private_target(url, host)


def is_public(address: str, *, otherwise: bool = False) -> bool:
    """Whether an IP address is one of the open net; ``otherwise`` for what is no IP address.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64, ISATAP) counts as that address. Of
    IPv6 only what is given out (2000::/3) is open: compatible and site-local addresses are not.
    """
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return otherwise
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner(ip)
        if inner is None:
            return ip in _OPEN_IPV6 and ip.is_global and not ip.is_multicast
        ip = inner
    return ip.is_global and not ip.is_multicast and ip not in _CLOSED_IPV4


def private_target(url: str, address: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"{url}: {address} is a private address, which a public site has no business to lead to",
        remedy="'allow_private: true' in the source file, if the site really is in your network",
    )


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to this IPv6 address end up at."""
    if ip in _NAT64 or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour
