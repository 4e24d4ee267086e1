"""Where pages lead: the source's rules, else what its engine does; only ever to its own hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors import html
from collectors.generic.paging import next_pages
from collectors.reading import read_page
from config.sources import Source

PAGES = Path(__file__).parent / "pages"
HERE = "https://site.example/list?q=tusk"


def source(**more: object) -> Source:
    given = {"name": "site", "route": "clear", "start": [HERE], **more}
    return Source.model_validate(given)


def follow(name: str, **more: object) -> tuple[str, ...]:
    payload = (PAGES / f"{name}.html").read_bytes()
    return read_page(payload, source=source(**more), url=HERE, known=()).follow


def test_a_generic_source_goes_to_what_rows_name_and_to_the_next_pages() -> None:
    assert follow("market_search") == (
        "https://site.example/listing/88112",
        "https://site.example/listing/88115",
        "https://site.example/listing/88120",
        "https://site.example/listing/88121",
        "https://site.example/list?p=1",
        "https://site.example/list?p=2",
        "https://site.example/list?p=9",
    )


def test_rules_of_the_source_come_instead() -> None:
    assert follow("market_search", follow=[{"url": "/profile/"}]) == (
        "https://site.example/profile/stonecutter",
        "https://site.example/profile/lantern",
        "https://site.example/profile/paper_mill",
    )
    assert follow("market_search", follow=[]) == ()


def test_a_forum_goes_to_its_threads_and_on_in_them() -> None:
    found = follow("phpbb_forum")
    assert "https://site.example/viewtopic.php?f=7&t=4705" in found
    assert "https://site.example/viewforum.php?f=7&start=25" in found


def test_other_hosts_are_never_led_to() -> None:
    rows = "".join(
        f'<div class="c"><h3><a href="https://other.example/ad/{n}">Thing {n}</a></h3>5 €</div>'
        for n in range(5)
    )
    page = f'{rows}<a rel="next" href="https://other.example/2">Next</a>'.encode()
    reading = read_page(page, source=source(), url=HERE, known=())
    assert len(reading.records) == 5
    assert reading.follow == ()


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ('<link rel="next" href="/2">', ["/2"]),
        ('<a rel="nofollow next" href="/2">more</a>', ["/2"]),
        ('<a href="/2">Weiter »</a>', ["/2"]),
        ('<a href="/2">Следующая</a>', ["/2"]),
        ('<a href="/2">次へ</a>', ["/2"]),
        ('<a href="/2" title="Volgende pagina"></a>', ["/2"]),
        ('<div class="pagination"><a href="/2">›</a></div>', ["/2"]),
        ('<a href="/last-post">»</a>', []),
        ('<a href="/topic/9">Next topic</a>', []),
        ('<b>1</b> <a href="?page=2">2</a> <a href="?page=3">3</a>', ["?page=2", "?page=3"]),
        ('<a href="/item/7">7</a> <a href="/sale">12</a>', []),
        ('<ul class="pages"><a href="?start=20">2</a></ul>', ["?start=20"]),
        ('<table class="calendar"><td><a href="?d=1">1</a><td><a href="?d=2">2</a></table>', []),
        ('<a href="javascript:next()">Next</a> <a href="#x">Next</a>', []),
        (f'<a rel="next" href="{HERE}">Next</a>', []),
    ],
)
def test_links_to_next_pages(links: str, expected: list[str]) -> None:
    root = html.parse(f"<body>{links}</body>".encode()).root
    assert next_pages(root, HERE) == tuple(html.absolute(HERE, each) for each in expected)


def test_a_page_of_nothing_but_links_is_gone_through_once() -> None:
    links = "".join(f'<a href="?page={n}">{n}</a>' for n in range(20_000))
    found = next_pages(html.parse(links.encode()).root, HERE)
    assert len(found) == 60


def test_posts_know_their_thread() -> None:
    payload = (PAGES / "phpbb_thread.html").read_bytes()
    url = "https://site.example/viewtopic.php?f=7&t=4711&item=4711"
    thread, *posts = read_page(payload, url=url, known=()).records
    assert thread.native_id
    assert {post.extra["thread"] for post in posts} == {thread.native_id}
