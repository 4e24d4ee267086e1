"""A day later in the test forum: posts edited, hidden, deleted and written, an account gone."""

from __future__ import annotations

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402
from misago.cache.versions import invalidate_all_caches  # noqa: E402
from misago.markup import common_flavour  # noqa: E402
from misago.threads import moderation  # noqa: E402
from misago.threads.checksums import update_post_checksum  # noqa: E402
from misago.threads.models import Post, Thread  # noqa: E402

LONG, SHORT, DELETED = 3, 5, 8
"""Threads of several pages, of one, and one that is deleted as a whole."""
LEAVES = "Ginster"


def main() -> None:
    """By the forum's own means, as far as it has some for a moderator."""
    people = get_user_model().objects
    moderator = people.get(username="Anemone")
    with transaction.atomic():
        long, short = _posts(LONG), _posts(SHORT)
        for post in (long[0], long[-2], short[1]):
            _edit(post, moderator, "Said anew.")
        for post in (long[10], short[2]):
            moderation.delete_post(moderator, post)
        moderation.hide_post(moderator, long[20])
        _write(short[0].thread, moderator, "One thing more.")
        Thread.objects.filter(pk=DELETED).delete()
        people.get(username=LEAVES).delete(anonymous_username="Former member")
        for thread in Thread.objects.filter(pk__in=(LONG, SHORT)):
            thread.synchronize()
            thread.save()
        invalidate_all_caches()


def _posts(thread: int) -> list[Post]:
    """The posts of a thread that a guest may see."""
    shown = {"is_hidden": False, "is_unapproved": False, "is_event": False}
    return list(Post.objects.filter(thread_id=thread, **shown).order_by("id"))


def _edit(post: Post, editor, words: str) -> None:
    """As Misago's RecordEditMiddleware does it, and its markup."""
    before, now = post.original, timezone.now()
    post.original = f"{words}\n\n{now:%d.%H%M%S%f}"
    post.parsed = _parsed(post.original, editor)
    post.updated_on, post.edits = now, post.edits + 1
    post.last_editor, post.last_editor_name = editor, editor.username
    post.last_editor_slug = editor.slug
    update_post_checksum(post)
    post.save()
    post.edits_record.create(
        category=post.category, thread=post.thread, edited_on=now, editor=editor,
        editor_name=editor.username, editor_slug=editor.slug,
        edited_from=before, edited_to=post.original,
    )  # fmt: skip


def _write(thread: Thread, member, words: str) -> None:
    now = timezone.now()
    post = Post.objects.create(
        category=thread.category, thread=thread, poster=member, poster_name=member.username,
        original=words, parsed=_parsed(words, member), posted_on=now, updated_on=now,
    )  # fmt: skip
    update_post_checksum(post)
    post.save()


def _parsed(words: str, member) -> str:
    request = RequestFactory().get("/")
    request.user = member
    return common_flavour(request, member, words, allow_mentions=False)["parsed_text"]


if __name__ == "__main__":
    main()
