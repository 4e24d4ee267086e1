"""A source's signed list of mirrors, read at the begin of a round, and the watch for clones."""

from __future__ import annotations

from dataclasses import replace

from collectors.mirrors import Watch
from collectors.web.answers import REDIRECTS, Intake, Taken, answer_of
from collectors.web.failures import failure, of_status
from collectors.web.run import Run
from collectors.web.workers import Result
from model.errors import Stop
from vault.frontier import Address


class MirrorLists:
    """Takes in the list of one source, and tells pages that are a clone's from its own."""

    def __init__(self, run: Run) -> None:
        self._run = run
        mandate, mirrors = run.mandate.id, run.site.mirrors
        self._watch = Watch(run.vault, run.source, mirrors, mandate=mandate, clock=run.clock)

    def take(self, result: Result, intake: Intake) -> Taken:
        """Seal the list, check it, and let its addresses count; the decision is recorded.

        A list that is not believed changes nothing: the addresses known before are asked.
        """
        run, answer = self._run, answer_of(result)
        capture = intake.seal(result, {"format": "mirror-list"}, intake.earlier(result))
        if answer.status in REDIRECTS:
            return Taken(capture, "redirect")
        wait = answer.header("Retry-After")
        if error := of_status(answer.status, answer.url, wait, now=result.at):
            return Taken(capture, "failed", error=error)
        taken = Taken(capture, "read")
        payload = answer.payload or run.vault.payload(capture)
        try:
            reading = self._watch.page(answer.url, payload)
        except Stop as clone:
            return replace(taken, error=clone)
        if reading is not None and reading.refused:
            return replace(taken, error=failure("mirror-list", answer.url, reading.refused))
        return taken

    def checked(self, taken: Taken, result: Result) -> Taken:
        """The page as it was taken, with the error of a clone where there are signs of one."""
        answer = answer_of(result)
        if taken.error is not None or answer.status != 200 or not answer.payload:
            return taken
        kind, users = answer.header("Content-Type"), any(d.kind != "page" for d in taken.documents)
        try:
            self._watch.page(answer.url, answer.payload, content_type=kind, by_users=users)
        except Stop as clone:
            return replace(taken, error=clone)
        return taken


def list_address(run: Run) -> Address | None:
    """Where the source's list stands, as the first address of a round."""
    wanted = run.source.mirror_list
    return None if wanted is None else Address(run.site.key(wanted.url), why="mirrors")
