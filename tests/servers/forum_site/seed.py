"""Fills the test forum through Misago's own models and markup; the same on every machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from misago.cache.versions import invalidate_all_caches  # noqa: E402
from misago.categories.models import Category, RoleCategoryACL  # noqa: E402
from misago.conf.models import Setting  # noqa: E402
from misago.markup import common_flavour  # noqa: E402
from misago.threads.checksums import update_post_checksum  # noqa: E402
from misago.threads.models import Post, Thread  # noqa: E402
from misago.users.signatures import make_signature_checksum  # noqa: E402
from misago.users.test import create_test_user  # noqa: E402
from neutral import TONGUES, sentences, title  # noqa: E402

THREADS = 80
CATEGORIES = ("House", "Garden", "Для дома", "二手交换")
STAFF_ONLY = "Staff room"
MEMBERS = (
    "Anemone", "Bergahorn", "Cornus", "Dahlie", "Efeu", "Fuchsie", "Ginster", "Hortensie",
    "Iris", "Jasmin", "Klee", "Lavendel",
)  # fmt: skip
HIDDEN_THREADS = frozenset({9, 33, 61})
UNAPPROVED_THREADS = frozenset({14, 52})
PRIVATE_THREADS = frozenset({21, 44, 70})
"""Threads in the category that guests do not see."""
PINNED = {5: 2, 40: 1}
LONG = {3: 90, 27: 61, 48: 44, 77: 120}
DELETED_THREAD = 66
FORMER_MEMBER = "Mistel"
"""Whose account was deleted; what was written stays under the name."""
ABOUT = {
    "Anemone": {"bio": "Sheds & shelves. See https://garden.example/anemone", "location": "Gent"},
    "Dahlie": {"website": "https://dahlie.example", "twitter": "dahlie_oak"},
}
SIGNED = {"Efeu": "Green all year"}

BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)
MARKUP = (
    "**{0}**\n\n{1}",
    '[quote="@{author}"]\n{0}\n[/quote]\n\n{1}',
    "- {0}\n- {1}",
    "{0}\n\n```\nwidth < 40 & height > 12\n```\n\n{1}",
    "See http://example.org/manual?a=1&b=2 first. {1}",
)


def main() -> None:
    """Write everything in one transaction; Misago's caches are told."""
    dice = Random(5)
    with transaction.atomic():
        Setting.objects.filter(setting="forum_name").update(dry_value="Blue Door Forum")
        members = [_member(name) for name in (*MEMBERS, FORMER_MEMBER)]
        open_to_all, staff = _categories()
        clock = BEGIN
        for number in range(1, THREADS + 1):
            place = staff if number in PRIVATE_THREADS else dice.choice(open_to_all)
            clock = _thread(dice, number, place, members, clock)
        Thread.objects.filter(title__endswith=f"No. {DELETED_THREAD}").delete()
        former = get_user_model().objects.get(username=FORMER_MEMBER)
        former.delete(anonymous_username="Former member")
        for category in (*open_to_all, staff):
            category.synchronize()
            category.save()
        invalidate_all_caches()


def _member(name: str):
    blank = [{"size": size, "url": f"/media/{size}.png"} for size in (400, 200, 100)]
    member = create_test_user(name, f"{name.lower()}@example.org", None, avatars=blank)
    member.profile_fields = ABOUT.get(name, {})
    if words := SIGNED.get(name):
        member.signature, member.signature_parsed = words, f"<p>{words}</p>"
        member.signature_checksum = make_signature_checksum(member.signature_parsed, member)
    member.save()
    return member


def _categories():
    """The categories a guest may read, and the one only members may."""
    first = Category.objects.get(slug="first-category")
    root = Category.objects.root_category()
    made = []
    for name in (*CATEGORIES, STAFF_ONLY):
        category = Category(name=name, slug=f"category-{len(made) + 1}")
        category.insert_at(root, position="last-child", save=True)
        for rule in first.category_role_set.all():
            if name == STAFF_ONLY and rule.role.special_role == "anonymous":
                continue
            RoleCategoryACL.objects.create(
                role=rule.role, category=category, category_role=rule.category_role
            )
        made.append(category)
    return made[:-1], made[-1]


def _thread(dice: Random, number: int, category, members, clock: datetime) -> datetime:
    """One thread with its posts; says when the last of them was written."""
    language = dice.choice(list(TONGUES))
    thread = Thread(
        category=category, started_on=clock, starter_name="-", starter_slug="-",
        last_post_on=clock, last_poster_name="-", last_poster_slug="-",
        weight=PINNED.get(number, 0), is_closed=number % 17 == 0,
    )  # fmt: skip
    thread.set_title(title(dice, language, number))
    thread.slug = thread.slug or f"thread-{number}"
    thread.save()
    for place in range(LONG.get(number, dice.randint(2, 15))):
        clock += timedelta(minutes=dice.randint(1, 300), microseconds=dice.randint(1, 999_999))
        post = _post(dice, thread, language, dice.choice(members), clock)
        if place:
            post.is_hidden = dice.random() < 0.04
            post.is_unapproved = not post.is_hidden and dice.random() < 0.04
            post.hidden_by_name, post.hidden_by_slug = "Moderator", "moderator"
        post.save()
        if place and dice.random() < 0.02:
            post.delete()
    opening = thread.post_set.order_by("id").first()
    opening.is_hidden = number in HIDDEN_THREADS
    opening.is_unapproved = number in UNAPPROVED_THREADS
    opening.save()
    if number % 17 == 0:
        _event(thread, members[0], clock)
    thread.synchronize()
    thread.is_hidden, thread.is_unapproved = opening.is_hidden, opening.is_unapproved
    thread.save()
    return clock


def _post(dice: Random, thread, language: str, member, at: datetime):
    # The moment makes every text the only one of its kind, so that none can stand for another.
    words = f"{_words(dice, language, member.username)}\n\n{at:%d.%H%M%S%f}"
    parsed = common_flavour(_request(member), member, words, allow_mentions=False)["parsed_text"]
    post = Post.objects.create(
        category=thread.category, thread=thread, poster=member, poster_name=member.username,
        original=words, parsed=parsed, posted_on=at, updated_on=at,
    )  # fmt: skip
    update_post_checksum(post)
    return post


def _request(member):
    """The request that Misago's markup wants, to know its own address."""
    request = RequestFactory().get("/")
    request.user = member
    return request


def _words(dice: Random, language: str, author: str) -> str:
    first, second = sentences(dice, language), sentences(dice, language)
    if dice.random() < 0.3:
        return dice.choice(MARKUP).format(first, second, author=author)
    return f"{first}\n\n{second}"


def _event(thread, member, at: datetime) -> None:
    """The line that Misago shows between posts where a moderator closed a thread."""
    Post.objects.create(
        category=thread.category, thread=thread, poster=member, poster_name=member.username,
        original="-", parsed="-", posted_on=at, updated_on=at,
        is_event=True, event_type="closed",
    )  # fmt: skip
    thread.has_events = True


if __name__ == "__main__":
    main()
