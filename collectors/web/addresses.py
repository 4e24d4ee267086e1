"""Which addresses may be asked for: http and https, public hosts, the hosts of the source only."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from collectors.tor import is_onion, onion_problem
from collectors.web.failures import failure
from model.errors import PolicyRefusal

_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 2_000
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")

Place = tuple[str, int]
"""Host and port."""


def normal(url: str, base: str = "") -> str:
    """The address as it is compared and asked for: absolute, no fragment, host in lower case.

    ValueError for what is no http or https address, holds a password, or is too long.
    """
    joined = urljoin(base, _CONTROL.sub("", url))
    parts = urlsplit(joined)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        raise ValueError("not a plain http or https address")
    host = parts.hostname if ":" not in parts.hostname else f"[{parts.hostname}]"
    port = parts.port
    netloc = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    plain = urlunsplit((scheme, netloc, path, query, ""))
    if len(plain) > _MAX_LENGTH:
        raise ValueError(f"longer than {_MAX_LENGTH:,} characters")
    return plain


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
    host, _ = place(url)
    if allow_private:
        return
    local = host == "localhost" or host.endswith(_LOCAL_NAMES) or "." not in host.strip("[]:")
    if host.strip("[]").count(":") > 1:
        local = False
    if local or not is_public(host, otherwise=True):
        raise private_target(url, host)


def is_public(address: str, *, otherwise: bool = False) -> bool:
    """Whether an IP address is one of the open net; ``otherwise`` for what is no IP address.

    An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64, Teredo) counts as that address.
    """
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return otherwise
    inner = _inner(ip)
    return inner.is_global and not inner.is_multicast


def private_target(url: str, address: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"{url}: {address} is a private address, which a public site has no business to lead to",
        remedy="'allow_private: true' in the source file, if the site really is in your network",
    )


def _inner(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
