"""How a round stands when its run ends: read to its end, to be gone on with, or to begin anew."""

from __future__ import annotations

from collectors.web.failures import failure
from collectors.web.landing import Landing
from collectors.web.run import Run
from model.errors import CollectionError, Retry, Stop


def outcome_of_round(run: Run, landing: Landing) -> str:
    """``finished``, ``stopped:…`` or ``failed:…`` where the round is over; empty where it is not.

    A round read to its end is over, and one of which nothing is lost where it is read anew.
    """
    if run.report.finished and run.end is None:
        _judge_whole(run, landing)
    outcome = "finished" if run.report.finished and run.end is None else ""
    if isinstance(run.end, CollectionError) and _is_over(run, run.end):
        fate = "stopped" if isinstance(run.end, Stop) else "failed"
        outcome = f"{fate}:{run.end.reason}"
    return outcome


def _judge_whole(run: Run, landing: Landing) -> None:
    """A round read to its end without a record, or without a page that fits, has failed.

    Not so of an interface that has an answer without any: a search may find nothing.
    """
    round_ = run.frontier.round
    if landing.nothing_fits:
        run.stop_for(failure("layout-changed", run.source.name, "no page fits"))
    elif run.asking is not None:
        if round_ is not None and round_.pages and not landing.understood:
            run.stop_for(failure("layout-changed", run.source.name, "no answer could be read"))
    elif round_ is not None and not round_.documents:
        run.stop_for(failure("empty", run.source.name, f"{round_.pages} pages were read"))


def _is_over(run: Run, error: CollectionError) -> bool:
    """Whether nothing is lost where the next run begins a new round instead."""
    round_ = run.frontier.round
    if error.reason in ("layout-changed", "empty"):
        return True
    return isinstance(error, Retry) and round_ is not None and not round_.pages
