"""Lounge: a keepers' forum where things are also offered, and where partners vouch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.rehearsal.adverts import SECTIONS, about
from app.rehearsal.nouns import FORUM as NAME
from app.rehearsal.nouns import Account, Post, Thread, World
from app.rehearsal.sites.html import Page, link, page, pieces, rows, text

_THREADS_PER_PAGE, POSTS_PER_PAGE = 20, 5
_STYLE = (
    "body{font:14px/1.45 Verdana,sans-serif;background:#e9eee6;margin:1em}.bar{background:#475f3c;"
    "padding:.6em}.bar a{color:#fff}.post{background:#fff;margin:.8em 0;padding:.8em;"
    "border-left:4px solid #8a6}.author{font-weight:bold}.when{color:#777;font-size:12px}"
)


def pages(world: World) -> Iterator[Page]:
    """Every page of the forum."""
    members = {item.handle: item for item in world.accounts if item.platform == NAME}
    yield _front(world.threads)
    for section in SECTIONS:
        threads = [item for item in world.threads if item.section == section]
        yield from _section(section, threads, members)
    for thread in world.threads:
        yield from _thread(thread, members)
    for account in members.values():
        yield _member(world, account)
    yield from _house()


def _page(path: str, title: str, body: str, language: str = "en") -> Page:
    bar = (
        f'<div class="bar">{link(f"{NAME}/", "The Lounge")} · '
        f"{link(f'{NAME}/login.html', 'Log in')}</div>"
    )
    return page(
        f"{NAME}/{path}", f"{title} :: The Lounge", f"{bar}\n{body}",
        style=_STYLE, language=language,
    )  # fmt: skip


def _front(threads: Sequence[Thread]) -> Page:
    counts = {name: sum(item.section == name for item in threads) for name in SECTIONS}
    items = rows(
        f"<li>{link(f'{NAME}/section/{name}-1.html', name)} ({count} threads)</li>"
        for name, count in counts.items()
    )
    return _page("index.html", "Board index", f'<ul class="sections">{items}</ul>')


def _section(
    section: str, threads: Sequence[Thread], members: Mapping[str, Account]
) -> Iterator[Page]:
    for number, count, part in pieces(threads, _THREADS_PER_PAGE):
        lines = rows(_line(thread, members[thread.posts[0].author]) for thread in part)
        others = " ".join(
            link(f"{NAME}/section/{section}-{other}.html", other) for other in range(1, count + 1)
        )
        body = (
            f'<table class="topics">{lines}</table>\n'
            f'<p class="pages">Page {number} of <b>{count}</b>: {others}</p>'
        )
        yield _page(f"section/{section}-{number}.html", section, body)


def _line(thread: Thread, author: Account) -> str:
    return (
        f'<tr class="topic"><td>{link(f"{NAME}/thread/{thread.thread_id}-1.html", thread.title)}'
        f"</td><td>{link(f'{NAME}/member/{author.native_id}.html', author.handle)}</td>"
        f'<td class="replies">{len(thread.posts) - 1}</td></tr>'
    )


def _thread(thread: Thread, members: Mapping[str, Account]) -> Iterator[Page]:
    for number, count, part in pieces(thread.posts, POSTS_PER_PAGE):
        first = (number - 1) * POSTS_PER_PAGE + 1
        posts = rows(
            _post(thread, place, post, members[post.author])
            for place, post in enumerate(part, first)
        )
        others = " ".join(
            link(f"{NAME}/thread/{thread.thread_id}-{other}.html", other)
            for other in range(1, count + 1)
        )
        body = (
            f'<h1 class="subject" data-thread="{thread.thread_id}">{text(thread.title)}</h1>\n'
            f'<div class="posts">{posts}</div>\n'
            f'<p class="pages">Page {number} of <b>{count}</b>: {others}</p>'
        )
        yield _page(f"thread/{thread.thread_id}-{number}.html", thread.title, body, thread.language)


def _post(thread: Thread, place: int, post: Post, author: Account) -> str:
    kind = "opening" if place == 1 else "answer"
    return (
        f'<div class="post {kind}" id="p{thread.thread_id}-{place}">'
        f"{link(f'{NAME}/member/{author.native_id}.html', author.handle, 'author')} "
        f'<span class="when">{post.posted.isoformat()}</span>\n'
        f'<div class="body">{text(post.text)}</div></div>'
    )


def _member(world: World, account: Account) -> Page:
    key = f'<pre class="key">{account.key.armoured}</pre>' if account.key else ""
    body = (
        f'<h1 class="member">{text(account.handle)}</h1>\n'
        f'<p>Member <span class="number">{account.native_id}</span>, joined '
        f'<span class="when">{account.joined.isoformat()}</span></p>\n'
        f'<div class="signature">{text(about(world.seed, account))}</div>\n{key}'
    )
    return _page(f"member/{account.native_id}.html", account.handle, body)


def _house() -> Iterator[Page]:
    form = (
        '<form class="login" method="post"><input name="username">\n'
        '<input name="password" type="password"><button>Log in</button></form>'
    )
    yield _page("login.html", "Log in", form)
    yield _page("error.html", "Error", '<p class="warning">The topic does not exist.</p>')
