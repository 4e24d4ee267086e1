"""What a guest may see in the test forum, straight from its tables, as JSON."""

from __future__ import annotations

import json
import re

import django

django.setup()

from django.db import connection  # noqa: E402
from misago.conf.models import Setting  # noqa: E402
from misago.markup import finalize_markup  # noqa: E402
from misago.threads.models import Post  # noqa: E402
from misago.threads.paginator import PostsPaginator  # noqa: E402
from words_of import words_of  # noqa: E402

OPEN = """
  select c.id, c.name from misago_categories_category c where exists (
    select 1 from misago_categories_rolecategoryacl a join misago_acl_role r on r.id = a.role_id
    where a.category_id = c.id and r.special_role = 'anonymous')
"""
THREADS = f"""
  select t.id, t.title, t.starter_name, c.name
  from misago_threads_thread t join ({OPEN}) c on c.id = t.category_id
  where not t.is_hidden and not t.is_unapproved
"""
POSTS = """
  select p.id, p.thread_id, p.poster_name, p.poster_id, p.parsed,
    to_char(p.posted_on at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    not (p.is_hidden or p.is_unapproved or p.is_event),
    p.is_hidden and not (p.is_unapproved or p.is_event), p.edits
  from misago_threads_post p order by p.id
"""
ACCOUNTS = """
  select distinct u.id, u.username, u.profile_fields -> 'bio', u.profile_fields -> 'location',
    u.profile_fields -> 'website', u.signature
  from misago_users_user u join misago_threads_post p on p.poster_id = u.id where u.is_active
"""
QUOTE = re.compile(r'<aside class="quote-block">.*?</aside>', re.DOTALL)
QUOTED = re.compile(r'data-author="@(.*?)".*?>(.*)</blockquote>', re.DOTALL)


def main() -> None:
    """Print threads, their posts, and the words of posts that a guest must not get to see.

    ``text`` of a post is without what it quotes, which is in ``quotes``. ``notices`` are posts of
    which a guest sees that there was one, ``accounts`` those whose posts a guest sees.

    ``pages`` of a post is on how many pages it stands: Misago begins each page of a thread with
    the last post of the page before.
    """
    told = ("title", "seller", "category")
    threads = {str(row[0]): dict(zip(told, row[1:], strict=True)) for row in _ask(THREADS)}
    posts, hidden, notices = {}, {}, []
    for number, thread, author, author_id, parsed, posted_at, open_, notice, edits in _ask(POSTS):
        if not open_ or str(thread) not in threads:
            hidden[str(number)] = words_of(parsed)
            notices += [str(number)] * (notice and str(thread) in threads)
            continue
        posts[str(number)] = {
            "thread": str(thread),
            "seller": author,
            "seller_id": str(author_id or ""),
            "text": words_of(QUOTE.sub(" ", finalize_markup(parsed))),
            "quotes": [_quoted(one) for one in QUOTE.findall(parsed)],
            "posted_at": posted_at,
            "edits": edits,
        }
    for thread in threads:
        for number in _shown(int(thread)):
            if number in posts:
                posts[number]["pages"] = int(posts[number].get("pages", 0)) + 1
    seen = {post["seller_id"] for post in posts.values()}
    named = ("seller", "text", "location", "website", "signature")
    accounts = {
        str(row[0]): dict(zip(named, (one or "" for one in row[1:]), strict=True))
        for row in _ask(ACCOUNTS)
        if str(row[0]) in seen
    }
    told = {"threads": threads, "posts": posts, "hidden": hidden, "notices": notices}
    print(json.dumps({**told, "accounts": accounts}))


def _quoted(quote: str) -> dict[str, str]:
    """Whose words a quote is, and the words."""
    found = QUOTED.search(quote)
    return {"of": found.group(1), "text": words_of(found.group(2))}


def _shown(thread: int) -> list[str]:
    """The posts of a thread, page after page; one that a moderator hid still takes its place."""
    shown = Post.objects.filter(thread_id=thread, is_event=False, is_unapproved=False)
    size, orphans = (
        Setting.objects.get(setting=name).value
        for name in ("posts_per_page", "posts_per_page_orphans")
    )
    pages = PostsPaginator(shown.order_by("id"), size, orphans)
    return [str(post.id) for number in pages.page_range for post in pages.page(number)]


def _ask(question: str):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


if __name__ == "__main__":
    main()
