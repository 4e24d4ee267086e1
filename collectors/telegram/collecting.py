"""A round over Telegram: one request after the other, each answer sealed before it is read.

What is asked and what waits stands in the source's frontier, as for any other source: a run may be
killed at any moment, waits that Telegram asks for outlast it, and no answer is read twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from telethon.tl import TLObject, TLRequest, types
from telethon.tl.functions import channels

from collectors import sightings
from collectors.imports.reading import READER, Reading, stream_documents
from collectors.telegram import requests, tasks
from collectors.telegram.chats import Chats
from collectors.telegram.client import Client, Connect, Parts, connect
from collectors.telegram.pace import Pace
from collectors.telegram.sealing import FORMAT, lines
from collectors.telegram.tasks import Task, Wanted
from collectors.web.effort import answers_in
from collectors.web.failures import failure
from collectors.web.interfaces import keep_terms
from collectors.web.pace import back_off
from model.canonical import Json
from model.clock import iso
from model.errors import CollectionError, Retry, Skip, Stop
from model.evidence import Capture, Document
from vault.frontier import Address
from vault.records import Sealing

if TYPE_CHECKING:
    from collectors.web.collect import Context

COLLECTOR = "telegram/1"
ATTEMPTS = 3
"""Failed attempts in a row after which a run ends, and what was asked waits for the next one."""

WINDOW = timedelta(days=30)
"""What is read again in each round where all there is was asked for: to notice edits."""

_CHATS = "telegram-chats"
_READ = "telegram-read"
_HOLD = "telegram-hold"
_AGAIN = 1_000


def collect(context: Context, *, connecting: Connect = connect) -> Iterator[Document]:
    """Every document of one round, as far as this run gets.

    Stop where the session is none or refused; Retry where Telegram does not answer.
    """
    parts = context.access
    if not isinstance(parts, Parts):
        raise failure("token-missing", context.source.name, "a session of the agency's account")
    yield from _Round(context, parts, connecting).documents()


class _Round:
    """The open round of one source in one run."""

    def __init__(self, context: Context, parts: Parts, connecting: Connect) -> None:
        self._context = context
        self._vault, self._source = context.vault, context.source
        self._frontier = self._vault.frontier(self._source.name)
        self._parts, self._connecting = parts, connecting
        self._client: Client | None = None
        self._pace = Pace(context)
        self._chats = Chats(context.cursor(_CHATS))
        self._row = 0
        self._again: Iterator[str] | None = None

    def documents(self) -> Iterator[Document]:
        self._open()
        try:
            while (task := self._next()) is not None:
                yield from self._done(task)
        finally:
            self._wind_up()

    # beginning and end
    def _open(self) -> None:
        context, frontier = self._context, self._frontier
        with self._vault.batch():
            begun = frontier.round or frontier.begin(context.mandate.id, iso(context.clock()))
            first = tasks.start(self._source, keep_terms(self._vault, self._source, begun))
            frontier.add(Address(task.url, why="start") for task in first)
        context.report.round = begun.id
        self._since = context.since
        self._begun = datetime.fromisoformat(begun.begun_at)
        self._states = sightings.Sightings(
            self._vault,
            self._source,
            begun.id,
            context.clock,
            address=own_address,
            since=self._since,
        )

    def _wind_up(self) -> None:
        report, frontier = self._context.report, self._frontier
        if self._client is not None:
            self._client.close()
        with self._vault.batch():
            report.waiting = frontier.waiting()
            report.round_counts = dict(frontier.counts())
            if report.finished:
                self._states.close("finished")
                frontier.close("finished", iso(self._context.clock()))

    # what is next
    def _next(self) -> Address | None:
        """What to ask next; None where the run ends, because all is done or its time is up."""
        while not self._context.stop.is_set():
            now = self._context.clock()
            if not self._pace.may_ask(now, self._held()):
                return None
            if taken := self._frontier.take(1, iso(now)):
                return taken[0]
            due = self._frontier.next_due()
            if due is None:
                if not self._recheck():
                    self._context.report.finished = True
                    return None
            elif not self._pace.wait_until(due):
                return None
        return None

    def _held(self) -> str:
        """Until when Telegram wants nothing to be asked; empty where it does not."""
        kept = self._context.cursor(_HOLD)
        return kept if isinstance(kept, str) else ""

    def _recheck(self) -> bool:
        """Messages known that this round did not meet are asked for by themselves, once a run."""
        if not self._source.recheck:
            return False
        if self._again is None:
            self._again = self._states.unmet()
        found = list(islice(self._again, _AGAIN))
        with self._vault.batch():
            added = [Address(task.url, why="recheck") for task in tasks.again(found)]
            self._frontier.add(added)
        return bool(added)

    # one task
    def _done(self, address: Address) -> list[Document]:
        """Ask, seal, read and follow; what goes wrong decides what becomes of the address."""
        task = tasks.task_of(address.url)
        found: list[Document] = []
        try:
            if task.kind not in requests.KINDS:
                raise failure("bad-address", address.url)
            peer = self._peer(task, found)
            answer = self._ask(requests.request(task, peer), task.url)
            found += self._taken(address, task, answer)
        except Retry as error:
            self._put_off(address, error)
        except Skip as error:
            self._give_up(address, task, error)
        except Stop:
            self._frontier.release(address.url)
            raise
        return found

    def _peer(self, task: Task, found: list[Document]) -> TLObject:
        """Who a task is about; a name that is not known is looked up, and that is sealed at once.

        A search over public posts is about nobody: of that it is made sure that it costs nothing.
        """
        if task.kind == "posts":
            self._free(task)
        if not task.chat or task.kind == "invite":
            return requests.input_peer(task.peer)
        known = self._chats.known(task.chat)
        if known is None:
            known, answer = self._chats.find(self._ask, task.chat)
            with self._vault.batch():
                found += self._sealed(task.url, {"asked": "name", "chat": task.chat}, answer)[1]
                self._context.keep_cursor(_CHATS, self._chats.state())
        return known

    def _ask(self, request: TLRequest, where: str) -> TLObject:
        """One request, counted, and the pause after it."""
        if self._client is None:
            context = self._context
            self._client = self._connecting(self._source, context.settings, self._parts)
        self._pace.count(self._context.clock())
        answer = self._client.ask(request, where)
        self._pace.rest()
        self._row = 0
        return answer

    def _free(self, task: Task) -> None:
        """See that a search over public posts costs nothing; it is not made where it would."""
        if task.words.startswith("#") or task.before:
            return
        told = self._ask(channels.CheckSearchPostsFloodRequest(task.words), task.url)
        if isinstance(told, types.SearchPostsFlood) and (told.query_is_free or told.remains > 0):
            return
        said = f"{task.url}: Telegram wants to be paid for this search today"
        raise Skip(said, reason="quota", remedy="nothing: it is asked for again in the next round")

    # trouble
    def _put_off(self, address: Address, error: Retry) -> None:
        """Later, as Telegram says; a wait holds for all that is asked of it."""
        context = self._context
        context.report.retries += 1
        self._drop_client(error)
        wait = error.after if error.after is not None else back_off(self._row, first=5.0)
        until = iso(context.clock() + timedelta(seconds=wait))
        with self._vault.batch():
            self._frontier.later(address.url, not_before=until, reason=error.reason)
            if error.reason == "rate-limit":
                context.keep_cursor(_HOLD, until)
        if error.reason in ("rate-limit", "quota"):
            return
        self._row += 1
        if self._row >= ATTEMPTS:
            self._states.down(error.reason)
            raise error

    def _drop_client(self, error: CollectionError) -> None:
        """A connection that failed is not used again; words of Telegram's come over a good one."""
        if error.reason not in ("rate-limit", "quota") and self._client is not None:
            self._client.close()
            self._client = None

    def _give_up(self, address: Address, task: Task, error: Skip) -> None:
        if error.reason == "bad-address":
            self._chats.forget(task.chat)
        with self._vault.batch():
            self._frontier.give_up(address.url, reason=error.reason)
            self._states.page(address.url, "failed", reason=error.reason)
            self._context.keep_cursor(_CHATS, self._chats.state())
        self._context.report.note(error, ends=False)

    # answers
    def _taken(self, address: Address, task: Task, answer: TLObject) -> list[Document]:
        """Seal and read an answer, and let wait what it leads to: in one commit."""
        with self._vault.batch():
            capture, found = self._sealed(address.url, task.asked(), answer)
            self._follow(task, answer)
            self._count(task, capture, found)
            self._frontier.answered(address.url, status=None, capture=capture.seq)
            self._context.keep_cursor(_CHATS, self._chats.state())
        return found

    def _sealed(
        self, url: str, asked: Mapping[str, Json], answer: TLObject
    ) -> tuple[Capture, list[Document]]:
        """Belongs inside a batch; the capture and what was read from it."""
        context, report = self._context, self._context.report
        payload, redacted = lines(asked, answer), 0
        if context.access is not None:
            payload, redacted = context.access.redact(payload)
        reading: dict[str, Json] = {
            "format": FORMAT,
            **({"redacted": redacted} if redacted else {}),
        }
        capture = self._vault.seal(
            Sealing(
                source=self._source.name,
                url=url,
                payload=payload,
                captured_at=iso(context.clock()),
                collector=COLLECTOR,
                content_type="application/x-ndjson",
                route=self._source.route,
                mandate=context.mandate.id,
                reading=reading,
            )
        ).capture
        notes = Reading()
        found = list(stream_documents(payload, capture, self._source, notes))
        report.pages += 1
        report.documents += self._vault.add_documents(capture, READER, found, notes.said())
        report.issue_counts.update(notes.counts)
        self._states.page(url, "read", capture=capture, reading=notes.page, documents=found)
        return capture, found

    def _count(self, task: Task, capture: Capture, found: Sequence[Document]) -> None:
        """What a search cost and brought."""
        if task.words:
            store, answers = self._vault.searches(self._source.name), answers_in(found)
            new, now = store.first_seen(capture, answers), iso(self._context.clock())
            store.asked(self._context.report.round, task.words, now, len(answers), new)

    def _follow(self, task: Task, answer: TLObject) -> None:
        """The next tasks; where a chat was read to its end, it is noted up to where."""
        if task.kind == "invite":
            self._chats.learn(task.chat, answer)
        onward = list(tasks.onward(task, answer, self._source, self._wanted(task.chat)))
        onward += _of_invitation(task, self._chats)
        self._frontier.add(Address(one.url, found_on=task.url) for one in onward)
        if task.kind == "history" and not onward:
            self._keep_read(task, answer)

    def _wanted(self, chat: str) -> Wanted:
        floor = self._read().get(chat, 0)
        since = self._since or (iso(self._begun - WINDOW) if floor else "")
        return Wanted(since, floor)

    def _read(self) -> dict[str, int]:
        """Up to which message each chat was read in earlier rounds."""
        kept = self._context.cursor(_READ)
        rows = kept.items() if isinstance(kept, dict) else ()
        return {str(chat): top for chat, top in rows if isinstance(top, int)}

    def _keep_read(self, task: Task, answer: TLObject) -> None:
        numbers = [one.id for one in getattr(answer, "messages", ()) if isinstance(one.id, int)]
        top = task.top or max(numbers, default=0)
        if top:
            self._context.keep_cursor(_READ, {**self._read(), task.chat: top})


def _of_invitation(task: Task, chats: Chats) -> list[Task]:
    """The messages of a group that an invitation leads to and the account is a member of."""
    known = task.kind == "invite" and chats.known(task.chat) is not None
    return [Task("chat", task.chat)] if known else []


def own_address(url: str) -> str:
    """The address as it is; ValueError for one that is not of this collector's making."""
    if not url.startswith("tg://"):
        raise ValueError("at another place")
    return url
