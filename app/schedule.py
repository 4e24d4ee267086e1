"""Due jobs for as long as ``spoor schedule run`` runs: one job a source, one at a time."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from app.collecting import collect_sources, source_state
from app.pipeline import bring_up_to_date
from config.settings import Workspace
from config.sources import Source, all_sources
from model.clock import system_clock
from model.errors import ConfigurationError, SpoorError
from vault.vault import open_vault

PAUSED = "schedule-paused"
EVERYTHING = "*"
Say = Callable[[str], None]


def trigger(source: Source) -> CronTrigger | None:
    """When ``source`` is due, in its own time zone; None where its file gives no schedule."""
    if source.schedule is None:
        return None
    try:
        return CronTrigger.from_crontab(source.schedule, timezone=source.timezone)
    except ValueError as error:
        place = source.place("schedule")
        raise ConfigurationError(
            f"{place}: {source.schedule!r}: {error}",
            remedy="five fields: minute hour day month weekday",
        ) from error


def scheduled(workspace: Workspace) -> list[tuple[Source, CronTrigger]]:
    """The sources that have a schedule and an address, with their triggers."""
    with_trigger = ((source, trigger(source)) for source in all_sources(workspace))
    return [(source, due) for source, due in with_trigger if due is not None and source.start]


def schedule_run(workspace: Workspace, say: Say) -> None:
    """Run due jobs until SIGTERM or SIGINT; the job at hand is ended in order first."""
    jobs = scheduled(workspace)
    if not jobs:
        say("no source has a schedule yet: give one in its file (schedule: '0 4 * * *')")
    ended = threading.Event()
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone="UTC")
    for source, due in jobs:
        scheduler.add_job(
            _job,
            due,
            args=(workspace, source.name, say, ended),
            id=source.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=3600,
        )

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    scheduler.start()
    say(f"{len(jobs)} sources scheduled; Ctrl-C ends")
    ended.wait()
    scheduler.shutdown(wait=True)


def _job(workspace: Workspace, name: str, say: Say, ended: threading.Event) -> None:
    try:
        with open_vault(workspace) as vault:
            if {name, EVERYTHING} & set(vault.get(PAUSED) or []):
                say(f"{name}: paused")
                return
            for report in collect_sources(workspace, vault, [name], say=say, stop=ended):
                say(report.sentence)
            for step in bring_up_to_date(workspace, vault):
                say(step.sentence)
    except SpoorError as error:
        say(f"{name}: {error}")


def schedule_rows(workspace: Workspace) -> Iterator[Mapping[str, Any]]:
    """Each scheduled source with its last and next run."""
    now = system_clock()
    with open_vault(workspace, write=False) as vault:
        paused = set(vault.get(PAUSED) or [])
        for source, due in scheduled(workspace):
            state = source_state(vault, source.name)
            stopped = bool({source.name, EVERYTHING} & paused)
            following = due.get_next_fire_time(None, now)
            yield {
                "source": source.name,
                "schedule": source.schedule,
                "paused": stopped,
                "last_success": state.get("last_success"),
                "last_failure": state.get("last_failure"),
                "next": None if stopped or following is None else following.isoformat(),
            }


def schedule_pause(workspace: Workspace, names: Sequence[str], *, paused: bool) -> None:
    """Pause or resume sources by name; all of them without names."""
    known = {source.name for source in all_sources(workspace)}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"no source named {name}", remedy="see 'spoor sources list'")
    with open_vault(workspace) as vault:
        before = set(vault.get(PAUSED) or [])
        chosen = set(names) or {EVERYTHING}
        after = before | chosen if paused else (before - chosen if names else set())
        vault.put(PAUSED, sorted(after))
        vault.record(
            "schedule paused" if paused else "schedule resumed", ",".join(sorted(chosen)), {}
        )
