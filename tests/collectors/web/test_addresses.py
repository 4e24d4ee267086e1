"""Which addresses may be asked for, in every spelling that is meant to get round it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.addresses import check_host, check_route, is_public, normal, place, places
from model.errors import PolicyRefusal, Skip

ONION = "http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/"


@pytest.mark.parametrize(
    ("url", "base", "wanted"),
    [
        ("HTTP://X.Example:80/a#top", "", "http://x.example/a"),
        ("https://x.example:443", "", "https://x.example/"),
        ("../b?q=1&r=a b", "http://x.example/c/d", "http://x.example/b?q=1&r=ab"),
        ("?page=2", "http://x.example/list?page=1", "http://x.example/list?page=2"),
        ("//y.example/é", "http://x.example/", "http://y.example/%C3%A9"),
        ("http://x.example:8080/", "", "http://x.example:8080/"),
        ("http://[::1]:81/", "", "http://[::1]:81/"),
        ("\thttp://x.example/a\nb", "", "http://x.example/ab"),
        ("http://x.example./", "", "http://x.example/"),
        ("http://münchen.example/", "", "http://xn--mnchen-3ya.example/"),
        ("http://1２７。0｡0.1/", "", "http://127.0.0.1/"),
        ("http://⑩.⓪.⓪.①/", "", "http://10.0.0.1/"),
        ("http://2130706433/", "", "http://127.0.0.1/"),
        ("http://0x7f.1/", "", "http://127.0.0.1/"),
        ("http://0177.0.0.1/", "", "http://127.0.0.1/"),
        ("http://0xA9FEA9FE/", "", "http://169.254.169.254/"),
        ("http://8.8.2056/", "", "http://8.8.8.8/"),
        ("http://[0:0::0:1]/", "", "http://[::1]/"),
        ("http://x.example/a/../b/./c/%2e%2E/d", "", "http://x.example/b/d"),
        ("http://x.example/../../a/..", "", "http://x.example/"),
        ("http://x.example/.well-known/a..b", "", "http://x.example/.well-known/a..b"),
    ],
)
def test_an_address_has_one_spelling(url: str, base: str, wanted: str) -> None:
    assert normal(url, base) == wanted
    assert normal(wanted) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://x.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http://user:secret@x.example/",
        "http://x.example:99999/",
        "http://[::1/",
        "http://x.example/" + "a" * 3_000,
        "mailto:a@x.example",
        "gopher://x.example/",
        "blob:http://x.example/1",
        "view-source:http://x.example/",
        "http://x.example\\@127.0.0.1/",
        "http://127.0.0.%31/",
        "http://1.2.3.256/",
        "http://0x100000000/",
        "http://08.1.1.1/",
        "http://1.2.3.4.5/",
        "http://a.b.3/",
        "http://x..example/",
        "http://x.example../",
        "http://x.exa mple\u2100/",
        "http://[fe80::1%25eth0]/",
        "http://[::ffff:1.2.3.4.5]/",
        "http://x,y.example/",
        f"http://{'a' * 64}.example/",
        "http://" + "a." * 150 + "example/",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(ValueError):
        normal(url)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        found = normal(text, "http://x.example/")
    except ValueError:
        return
    assert found.startswith(("http://", "https://"))
    assert normal(found) == found
    assert place(found)[0]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1.2.3", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254"),
        *("0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255", "localhost", "x.localhost"),
        *("[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]"),
        *("[64:ff9b::7f00:1]", "[2002:7f00:1::]", "printer", "router.local", "db.internal"),
        *("2130706433", "0x7f000001", "017700000001", "0x7f.1", "0177.0.0.1", "127.1"),
        *("127.0.0.1.", "localhost.", "printer.", "10.0.0.1.", "0", "0x0"),
        *("[::7f00:1]", "[::10.0.0.1]", "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]"),
        *("[2001:0:7f00:1::]", "[64:ff9b:1::a00:1]", "[2606:4700::5efe:127.0.0.1]"),
        *("192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1"),
        *("box.lan", "wiki.corp", "a.home.arpa", "app.localdomain"),
    ],
)
def test_hosts_of_our_own_are_refused(host: str) -> None:
    with pytest.raises(PolicyRefusal, match="private"):
        check_host(f"http://{host}/", allow_private=False)
    check_host(f"http://{host}/", allow_private=True)


@pytest.mark.parametrize(
    "host",
    [
        *("x.example", "8.8.8.8", "[2606:4700::1111]", "1.1.1.1", "134744072", "xn--mnchen-3ya.de"),
        *("[64:ff9b::808:808]", "[2002:808:808::]", "my_shop.example", "1and1.example"),
    ],
)
def test_hosts_of_the_open_net_are_not(host: str) -> None:
    check_host(f"http://{host}/", allow_private=False)


def test_an_address_of_a_name_server_counts_as_written() -> None:
    assert not is_public("fe80::1%eth0")
    assert not is_public("no address")
    assert is_public("no address", otherwise=True)


def test_onion_addresses_only_over_tor_and_only_spelt_right() -> None:
    check_route(ONION, "tor")
    check_route("http://x.example/", "clear")
    with pytest.raises(PolicyRefusal, match="outside Tor"):
        check_route(ONION, "clear")
    with pytest.raises(Skip, match="misspelt"):
        check_route(ONION.replace("duck", "dock"), "tor")


def test_a_site_at_a_default_port_has_both_of_them() -> None:
    allowed = places(["http://x.example/", "http://127.0.0.1:8001/a"])
    assert allowed == {("x.example", 80), ("x.example", 443), ("127.0.0.1", 8001)}
