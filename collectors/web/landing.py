"""What follows from an answer: documents, further addresses, states of listings, or trouble."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from collectors import sightings
from collectors.media.gate import Blocked
from collectors.web import traps
from collectors.web.answers import Intake, Taken
from collectors.web.effort import count_search
from collectors.web.failures import failure
from collectors.web.lists import MirrorLists
from collectors.web.run import Run
from collectors.web.trouble import NOTHING_COMES, Trouble
from collectors.web.workers import Job, Result
from model.clock import iso
from model.errors import CollectionError, Retry, Skip, Stop
from vault.frontier import Address

ATTEMPTS = 3
"""Failed attempts in one round after which an address is given up."""

MAX_HOPS = 10
"""Redirects in a row."""

ODD_PAGES = 8
"""Pages in a row that do not fit the source file, after which its layout has changed."""

_REMEMBERED = 20_000
_ORIGINS = 1_000


class Landing:
    """Takes in results, one by one, inside the batch that commits them."""

    def __init__(
        self, run: Run, intake: Intake, trouble: Trouble, states: sightings.Sightings
    ) -> None:
        self._run = run
        self._intake = intake
        self._trouble = trouble
        self._states = states
        self._lists = MirrorLists(run)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._origins: dict[str, list[str]] = {}
        self._odd = 0
        self._fit = False
        self._understood = False
        self._met = sum(run.frontier.counts().values())

    @property
    def nothing_fits(self) -> bool:
        """Whether pages were read in this run and none of them fitted the source file."""
        return self._odd > 0 and not self._fit

    @property
    def understood(self) -> bool:
        """Whether any page of this run was read as content, or as one that holds none."""
        return self._understood

    def take(self, result: Result) -> Taken | None:
        """Take in an answer: seal, read, follow, and note that the address is answered."""
        job = result.job
        if job.address.why == "mirrors":
            taken = self._lists.take(result, self._intake)
        elif job.address.why == "media":
            taken = self._intake.take_picture(result)
        else:
            taken = self._intake.take(result)
            if self._run.asking is None:
                taken = self._lists.checked(taken, result)
        if isinstance(taken.error, Retry | Stop):
            self.failed(job, taken.error)
            return None
        self._trouble.over(job)
        if taken.outcome == "redirect":
            self._redirect(job, taken)
            return None
        self._answered(job, taken)
        if isinstance(taken.error, Skip):
            self._run.report.note(taken.error, ends=False)
        elif job.address.why not in ("mirrors", "media"):
            count_search(self._run, job.address, taken)
            self._follow(job, taken)
            self._judge(job, taken)
            return taken
        return None

    # trouble
    def failed(self, job: Job, error: CollectionError, last: int = 0) -> None:
        """No answer, or one that is none: the address waits, is given up, or a person is wanted."""
        address, run = job.address, self._run
        if isinstance(error, Stop):
            run.frontier.release(address.url)
            for origin in self._origins.pop(address.url, ()):
                run.frontier.reopen(origin)  # it led here: it is asked again, too
            run.stop_for(error)
        elif error.reason == "quota":
            self._out_of_quota(address, error)
        elif isinstance(error, Retry):
            self._put_off(job, error, last)
        else:
            if isinstance(error, Blocked):
                run.vault.record("media-blocked", run.source.name, error.details, run.mandate.id)
            self.give_up(address, error)

    def _out_of_quota(self, address: Address, error: CollectionError) -> None:
        """The service says that units are used up: what costs the same waits for the next day."""
        run, now = self._run, self._run.clock()
        full = iso(run.ledger.full_at(now))
        run.frontier.later(address.url, not_before=full, reason=error.reason, tried=False)
        if not run.ledger.is_used_up(address.url, now):
            run.take_break(error, full)

    def _put_off(self, job: Job, error: Retry, last: int) -> None:
        address, run = job.address, self._run
        wait = self.put_back(job, error, last)
        # A cut must not cost an interface's address, and with it the chain that it is a link of.
        cut = run.asking is not None and error.reason in NOTHING_COMES
        counts = not (cut and self._trouble.goes_on)
        tries = address.attempts + counts
        most = 3 * ATTEMPTS * self._trouble.mirrors
        few = not cut and tries >= ATTEMPTS and self._trouble.of_the_page(tries)
        if tries >= most or few:
            self.give_up(address, error)
            return
        again = iso(run.clock() + timedelta(seconds=wait))
        run.frontier.later(address.url, not_before=again, reason=error.reason, tried=counts)

    def put_back(self, job: Job, error: Retry, last: int) -> float:
        """What a failed attempt means for the source; seconds to wait with the same address."""
        self._run.report.retries += 1
        try:
            return self._trouble.failed(job, error, max(last, job.number))
        except Retry as too_often:
            self._run.stop_for(too_often)
            self._states.down(too_often.reason)
            return 0.0

    def give_up(self, address: Address, error: CollectionError) -> None:
        """This address is not asked again in this round; that is told."""
        self._run.frontier.give_up(address.url, reason=error.reason)
        self._run.site.shapes.done(address.url, address.found_on)
        self._run.report.note(error, ends=False)
        if address.why not in ("mirrors", "media"):
            self._states.page(address.url, "failed", reason=error.reason)

    # answers
    def _answered(self, job: Job, taken: Taken) -> None:
        capture, keep = taken.capture, taken.has_content
        headers = {name.lower(): value for name, value in reversed(capture.headers)}
        self._run.frontier.answered(
            job.address.url,
            status=capture.status,
            capture=capture.seq if keep else None,
            etag=headers.get("etag", "") if keep else "",
            last_modified=headers.get("last-modified", "") if keep else "",
            outcome=taken.outcome,
            reason=taken.error.reason if taken.error else "",
        )
        if taken.error is not None or taken.outcome == "redirect":
            self._run.site.shapes.done(job.address.url, job.address.found_on)
        if job.address.why not in ("mirrors", "media"):
            self._sight(job, taken)

    def _sight(self, job: Job, taken: Taken) -> None:
        """Let the states of listings know."""
        trouble = None if self._run.asking is None else taken.error
        outcome, why = sightings.outcome_of(taken.capture, taken.reading, trouble=trouble)
        self._states.page(
            job.address.url,
            outcome,
            capture=taken.capture,
            reading=taken.reading,
            documents=taken.documents,
            reason=why,
        )

    def _redirect(self, job: Job, taken: Taken) -> None:
        """Put a redirect's target before all others; failures are told where it is not followed."""
        address = job.address
        headers = {name.lower(): value for name, value in reversed(taken.capture.headers)}
        target, error = self._target(address, headers.get("location", ""), job.url)
        self._answered(job, replace(taken, error=error))
        if error is not None:
            self._run.report.note(error, ends=False)
            return
        if len(self._origins) < _ORIGINS:
            self._origins.setdefault(target, []).append(address.url)
        onward = Address(target, address.depth, address.url, "redirect", address.hops + 1)
        self._run.frontier.add([onward], first=True)

    def _target(
        self, address: Address, location: str, base: str
    ) -> tuple[str, CollectionError | None]:
        """The key of a redirect's target, or why it is not followed."""
        try:
            target = self._run.site.key(location, base)
        except ValueError as problem:
            reason = "redirect-elsewhere" if "another place" in str(problem) else "bad-address"
            return "", failure(reason, base, location[:200])
        if address.hops >= MAX_HOPS or target == address.url:
            return "", failure("redirects", base, location[:200])
        return target, None

    # following
    def _follow(self, job: Job, taken: Taken) -> None:
        """Let the addresses wait that the page leads to, and learn what the page brought."""
        if self._run.asking is not None:
            self._go_along(job.address, taken)
            return
        address, site, page = job.address, self._run.site, taken.reading
        links = site.keys(page.follow if page else (), taken.capture.url)
        led_to = self._new(Address(key, address.depth + 1, address.url) for key in links)
        number = self._run.frontier.add(led_to) if led_to else 0
        self._met += number
        records = traps.marks(taken.documents)
        others = islice((one.url for one in led_to), number)
        site.shapes.page(address.url, address.found_on, records, others)
        content = b"".join(sorted(records))
        if content and site.learner.page(address.url, content):
            self._run.report.trap("session", address.url)
            self._known.clear()
        if self._run.source.media and self._run.mandate.media:
            self._pictures(address, taken)

    def _go_along(self, address: Address, taken: Taken) -> None:
        """Let the addresses wait that an interface's answer leads to, unless it goes in circles."""
        run, page = self._run, taken.reading
        keys: list[str] = []
        for url in page.follow if page else ():
            try:
                keys.append(run.site.key(url, taken.capture.url))
            except ValueError as problem:
                if "longer" in str(problem):
                    run.report.trap("length", url[: traps.MAX_LENGTH])
        circles = run.site.chains.page(address.url, traps.marks(taken.documents), keys)
        for url in circles:
            run.report.trap("pagination", url)
        onward = (key for key in dict.fromkeys(keys) if key not in circles)
        led_to = self._new(Address(key, address.depth + 1, address.url) for key in onward)
        self._met += run.frontier.add(led_to) if led_to else 0
        if run.source.media and run.mandate.media:
            self._pictures(address, taken)

    def _pictures(self, address: Address, taken: Taken) -> None:
        """The pictures of listings, at the source's own places."""
        found = (
            image.url
            for document in taken.documents
            if document.kind == "listing"
            for image in document.images
        )
        keys = self._run.site.keys(found, taken.capture.url)
        led_to = self._new(Address(key, address.depth + 1, address.url, "media") for key in keys)
        if led_to:
            self._run.frontier.add(led_to)

    def _new(self, addresses: Iterable[Address]) -> list[Address]:
        """Those not met lately, so that a menu on every page costs nothing, and no traps."""
        found: list[Address] = []
        for address in addresses:
            if address.url in self._known:
                self._known.move_to_end(address.url)
            elif rule := self._trap(address):
                self._run.report.trap(rule, address.url)
            else:
                self._known[address.url] = None
                found.append(address)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _trap(self, address: Address) -> str:
        """The rule that leaves out an address now found; empty where none does."""
        return "total" if self._met >= traps.MAX_ADDRESSES else self._run.site.trap(address)

    def _judge(self, job: Job, taken: Taken) -> None:
        """Pages in a row that do not fit the source file want a person."""
        self._understood = self._understood or taken.reading is not None
        if taken.odd:
            self._odd += 1
        elif taken.reading is not None and taken.reading.is_content:
            self._odd, self._fit = 0, True
        if self._odd >= ODD_PAGES:
            said = f"{self._odd} pages in a row"
            self._run.stop_for(failure("layout-changed", job.url, said))
