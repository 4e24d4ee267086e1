"""One site at several addresses: where a page of the one stands at the other."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from collectors.tor import is_onion, onion_problem

_PORTS = {"http": 80, "https": 443}

Place = tuple[str, int]
"""Host and port."""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a site; ``root`` is the path of its top there, with a slash at both ends."""

    scheme: str
    host: str
    port: int
    root: str = "/"

    @property
    def standard(self) -> bool:
        """Whether it is at a default port; such a site may answer at both, 80 and 443."""
        return self.port == _PORTS[self.scheme]

    @property
    def url(self) -> str:
        return urlunsplit((self.scheme, self.netloc, self.root, "", ""))

    @property
    def netloc(self) -> str:
        return _netloc(self.scheme, self.host, self.port)

    @property
    def places(self) -> frozenset[Place]:
        ports = _PORTS.values() if self.standard else (self.port,)
        return frozenset((self.host, port) for port in ports)

    def holds(self, parts: SplitResult) -> bool:
        """Whether a page (of ``urlsplit``) stands below this address."""
        if not _known(parts) or not (parts.path + "/").startswith(self.root):
            return False
        if parts.scheme != self.scheme and not self.standard:
            return False
        return (parts.hostname or "", _port(parts)) in self.places


def address(url: str) -> Address:
    """The address of a site's root, as a person or a list writes it.

    ValueError for what is no http or https address, and for an onion address that is misspelt.
    """
    parts = urlsplit(url.strip())
    if not _known(parts) or not parts.hostname or parts.username or parts.password:
        raise ValueError("not a plain http or https address")
    host = parts.hostname.rstrip(".")
    if is_onion(host) and (problem := onion_problem(host)):
        raise ValueError(problem)
    root = "/".join(["", *filter(None, parts.path.split("/")), ""])
    return Address(parts.scheme, host, _port(parts), root)


def first_place(url: str) -> Address:
    """The first place of a site: the top of the host that its first start address is on."""
    found = address(url)
    return Address(found.scheme, found.host, found.port)


def moved(url: str, here: Address, there: Address) -> str:
    """The same page at another address of the site; the page must stand below ``here``.

    A page under the other scheme of a site at default ports keeps to the other scheme, so that a
    redirect from the one to the other remains one.
    """
    parts = urlsplit(url)
    scheme, netloc = there.scheme, there.netloc
    if parts.scheme != here.scheme and here.standard and there.standard:
        scheme = "https" if there.scheme == "http" else "http"
        netloc = _netloc(scheme, there.host, _PORTS[scheme])
    path = there.root + (parts.path or "/")[len(here.root) :]
    return urlunsplit((scheme, netloc, path, parts.query, parts.fragment))


def _known(parts: SplitResult) -> bool:
    return parts.scheme in _PORTS


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def _netloc(scheme: str, host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port == _PORTS[scheme] else f"{name}:{port}"
