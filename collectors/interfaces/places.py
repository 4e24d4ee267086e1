"""Addresses of interfaces: made, taken apart and changed; pure, and never an exception."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlencode, urlsplit

from collectors import html


def is_web(address: str) -> bool:
    """Whether this is an http or https address with a host, without spaces."""
    return bool(html.host(address)) and not any(char.isspace() for char in address)


def address(base: str, path: str, **query: str | int) -> str:
    """An address of an interface below its base; parameters in the order given."""
    found = f"{base.rstrip('/')}/{path.lstrip('/')}"
    return f"{found}?{urlencode(query, quote_via=quote)}" if query else found


def step(name: str) -> str:
    """A name as one step of a path."""
    return quote(name, safe="")


def asked(url: str, name: str) -> str:
    """The value of a parameter of an address; empty where it has none."""
    try:
        return next(iter(parse_qs(urlsplit(url).query, max_num_fields=100).get(name, ())), "")
    except ValueError:
        return ""


def path_of(url: str) -> str:
    """The path of an address; empty for none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def changed(url: str, **query: str | int) -> str:
    """The same address with these parameters set, in the place of those it had."""
    parts = urlsplit(url)
    former = parse_qs(parts.query, keep_blank_values=True, max_num_fields=100)
    values = {name: found[0] for name, found in former.items()} | {
        name: str(value) for name, value in query.items()
    }
    return parts._replace(query=urlencode(values, quote_via=quote), fragment="").geturl()
