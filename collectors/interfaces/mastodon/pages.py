"""Answers of Mastodon's interface as records, and the addresses they lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from collectors.interfaces.answers import Item, Notes, parsed
from collectors.interfaces.found import Found
from collectors.interfaces.mastodon.accounts import profile
from collectors.interfaces.mastodon.addresses import (
    LIMIT,
    base_of,
    context_of,
    statuses_of,
    timeline_of_tag,
)
from collectors.interfaces.mastodon.statuses import (
    is_public,
    original,
    passed_on,
    record,
    status_id,
)
from collectors.interfaces.places import asked, changed, path_of
from collectors.records import PageReading
from config.sources import Source
from model.canonical import Json
from model.errors import Skip

_TAIL = 3


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer: a timeline, a search, a thread, a post or an account, known by its shape."""
    content, page = parsed(payload), _Page(source, url)
    if isinstance(content, list):
        return page.timeline(content, since)
    if not isinstance(content, dict):
        raise Skip("no answer of the interface: neither object nor list", reason="not-a-page")
    answer = Item(content, notes=page.notes)
    if "ancestors" in content or "descendants" in content:
        return page.thread(answer)
    if "statuses" in content or "accounts" in content:
        return page.search(answer, since)
    if "content" in content or "reblog" in content:
        return page.post(answer)
    if "acct" in content or "username" in content:
        return page.account(answer)
    said = answer.line("error")[:200] or "an object of no known kind"
    raise Skip(f"no answer of the interface: {said}", reason="interface-error")


class _Page:
    """One answer being read: what was found in it so far."""

    def __init__(self, source: Source, url: str) -> None:
        self.source, self.url = source, url
        self.base = base_of(url, source)
        self.notes, self.found = Notes(), Found()
        self._hidden = 0

    def timeline(self, content: Sequence[Json], since: str) -> PageReading:
        """Posts, the newest first. The next page begins below the last (``max_id``).

        snac answers some lists whole whatever is asked for: what was on the page before is left
        out, and a page that brings nothing else has no next.
        """
        rows = _numbered(Item({"rows": content}, notes=self.notes), "rows", "status")
        ids = [row.line("id") for row in rows]
        if (before := asked(self.url, "max_id")) in ids:
            rows = rows[ids.index(before) + 1 :]
        self._take(rows, _ids(rows))
        if rows and (last := rows[-1].line("id")) and not _is_past(rows, since):
            self.found.lead(changed(self.url, max_id=last))
        return self._reading()

    def search(self, answer: Item, since: str) -> PageReading:
        """Posts, accounts and hashtags that fit; of hashtags only the very word is gone on to.

        Posts are found with a token only, so a full page of them can be asked for its next.
        """
        rows = _numbered(answer, "statuses", "status")
        accounts = _numbered(answer, "accounts", "account")
        self._take(rows, _ids(rows))
        for one in accounts if self.source.ask.profiles else ():
            self.found.beside(profile(one, self.base))
        if len(rows) >= LIMIT and not _is_past(rows, since):
            self._next_of_search("statuses", asked(self.url, "offset"))
        if len(accounts) >= LIMIT and self._has_token:
            self._next_of_search("accounts", asked(self.url, "offset"))
        word = "".join(asked(self.url, "q").split()).removeprefix("#").casefold()
        for tag in answer.items("hashtags"):
            if word and tag.line("name").casefold() == word:
                self.found.lead(timeline_of_tag(self.base, tag.line("name")))
        return self._reading()

    def thread(self, answer: Item) -> PageReading:
        """What stands above and below a post; a thread is read as a whole from its beginning.

        Servers show so many levels or posts at once: answers that are counted and not shown are
        asked for where they hang.
        """
        above = _numbered(answer, "ancestors", "ancestor")
        below = _numbered(answer, "descendants", "descendant")
        here = _id_in(self.url)
        uri = asked(self.url, "of")
        known = ({here: uri} if uri else {}) | _ids((*above, *below))
        root = status_id(above[0]) if above else uri
        self._take((*above, *below), known, thread=root, leads=False)
        if above:
            self.found.lead(context_of(self.base, above[0].line("id"), root))
        self._deeper(below)
        return self._reading()

    def post(self, status: Item) -> PageReading:
        """One post by itself."""
        self._take((status,), {})
        kinds = [one.kind for one in self.found.records.values()]
        return self._reading(kinds[0] if kinds else "empty")

    def account(self, account: Item) -> PageReading:
        """One account by itself; one that was looked up by its handle leads to its posts."""
        self.found.add(profile(account, self.base))
        number = account.line("id")
        if number and path_of(self.url).endswith("/accounts/lookup"):
            self.found.lead(statuses_of(self.base, number))
        gone = "the account is suspended" if account.flag("suspended") else ""
        return self._reading("profile", removed=gone)

    @property
    def _has_token(self) -> bool:
        access = self.source.interface.access
        return access.kind != "none" and not access.optional

    def _take(
        self,
        rows: Iterable[Item],
        known: Mapping[str, str],
        *,
        thread: str = "",
        leads: bool = True,
    ) -> None:
        """Posts that everybody may see, their authors, and the threads they stand in."""
        for row in rows:
            status = original(row)
            if not is_public(status):
                self._hidden += 1
                continue
            read_as = record(status, self.base, known)
            if read_as is None:
                continue
            if thread:
                read_as = replace(read_as, extra={**read_as.extra, "thread": thread})
            self.found.add(read_as if status is row else passed_on(read_as, row, self.base))
            if self.source.ask.profiles and (author := status.item("account")):
                self.found.beside(profile(author, self.base))
            if leads and self.source.ask.threads:
                self._lead_to_thread(status)

    def _lead_to_thread(self, status: Item) -> None:
        """To the thread of a post that answers, or that somebody answered."""
        number = status.line("id")
        if number and (status.line("in_reply_to_id") or status.number("replies_count")):
            self.found.lead(context_of(self.base, number, status_id(status)))

    def _deeper(self, below: Sequence[Item]) -> None:
        """To posts of which more answers are counted than are shown."""
        shown: dict[str, int] = {}
        for one in below:
            answered = one.line("in_reply_to_id")
            shown[answered] = shown.get(answered, 0) + 1
        for one in below:
            number = one.line("id")
            if number and (one.number("replies_count") or 0) > shown.get(number, 0):
                self.found.lead(context_of(self.base, number, status_id(one)))

    def _next_of_search(self, kind: str, offset: str) -> None:
        """The next page of one kind of what was searched for."""
        if asked(self.url, "type") in ("", kind):
            begun = int(offset) if offset.isdecimal() and len(offset) < 7 else 0
            self.found.lead(changed(self.url, type=kind, offset=begun + LIMIT))

    def _reading(self, kind: str = "results", *, removed: str = "") -> PageReading:
        if self._hidden:
            said = f"{self._hidden} posts left out that are not shown to everybody"
            self.notes.add("note", said, key="visibility")
        return self.found.reading("mastodon", self.url, self.notes, kind=kind, removed=removed)


def _numbered(answer: Item, name: str, called: str) -> list[Item]:
    """The objects of a list, each with its place."""
    return [one.here(f"{called} {number}") for number, one in enumerate(answer.items(name), 1)]


def _ids(rows: Iterable[Item]) -> dict[str, str]:
    """The posts' own ids by the instance's numbers."""
    posts = map(original, rows)
    return {one.line("id"): status_id(one) for one in posts if one.line("id")}


def _is_past(rows: Sequence[Item], since: str) -> bool:
    """Whether a page ends before what is wanted begins; one post with a false date is not it."""
    if not since:
        return False
    times = [row.moment("created_at") for row in rows[-_TAIL:]]
    return bool(rows) and all(one and one < since for one in times)


def _id_in(url: str) -> str:
    """The number in ``…/statuses/NUMBER/context``."""
    steps = path_of(url).split("/")
    return steps[-2] if len(steps) > 2 and steps[-1] == "context" else ""
