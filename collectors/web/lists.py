"""A source's signed list of mirrors, read at the begin of a round and believed only as signed."""

from __future__ import annotations

from dataclasses import replace

from collectors.mirrors import clone_signs, market_key, read_mirror_list
from collectors.web.answers import REDIRECTS, Intake, Taken, answer_of
from collectors.web.failures import failure, of_status
from collectors.web.run import Run
from collectors.web.workers import Result
from vault.frontier import Address


class MirrorLists:
    """Takes in the list of one source; a list or page that is not the site's own is a clone's."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._key = market_key(run.source)

    def take(self, result: Result, intake: Intake) -> Taken:
        """Seal the list, check it, and let its addresses count; the decision is recorded."""
        run, answer = self._run, answer_of(result)
        capture = intake.seal(result, {"format": "mirror-list"}, intake.earlier(result))
        if answer.status in REDIRECTS:
            return Taken(capture, "redirect")
        wait = answer.header("Retry-After")
        if error := of_status(answer.status, answer.url, wait, now=result.at):
            return Taken(capture, "failed", error=error)
        mirrors = run.site.mirrors
        payload = answer.payload or run.vault.payload(capture)
        last = mirrors.accepted.signed_at if mirrors.accepted else ""
        reading = read_mirror_list(payload, run.source, now=result.at, last=last, key=self._key)
        details = reading.details() | {"address": answer.url}
        run.vault.record("mirror list", run.source.name, details, run.mandate.id)
        taken = Taken(capture, "read")
        if reading.refused:
            return replace(taken, error=failure("clone", answer.url, reading.refused))
        signs = clone_signs(run.source, mirrors, answer.url, payload, reading=reading)
        if signs:
            return replace(taken, error=failure("clone", answer.url, "; ".join(signs)))
        mirrors.take(reading, served_from=answer.url)
        return taken

    def clone_signs(self, url: str) -> tuple[str, ...]:
        """What tells a start page from the site's own."""
        return clone_signs(self._run.source, self._run.site.mirrors, url)


def list_address(run: Run) -> Address | None:
    """Where the source's list stands, as the first address of a round."""
    wanted = run.source.mirror_list
    return None if wanted is None else Address(run.site.key(wanted.url), why="mirrors")
