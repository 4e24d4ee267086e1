"""The scheduler: when a source is due, what a job does, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.schedule import scheduled, trigger
from config.settings import Workspace
from config.sources import load_source
from model.errors import ConfigurationError

SHOP = "name: shop\nroute: clear\nallow_private: true\nstart: [http://127.0.0.1:9/]\n"


def write(workspace: Workspace, more: str) -> None:
    (workspace.sources / "shop.yml").write_text(SHOP + more, encoding="utf-8")


def test_a_source_is_due_in_its_own_time_zone(workspace: Workspace) -> None:
    write(workspace, "schedule: '30 4 * * *'\ntimezone: Asia/Bangkok\n")
    due = trigger(load_source("shop", workspace))
    assert due is not None
    after = due.get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=UTC))
    assert after.astimezone(UTC) == datetime(2026, 1, 1, 21, 30, tzinfo=UTC)


def test_sources_without_schedule_are_not_due(workspace: Workspace) -> None:
    write(workspace, "")
    assert scheduled(workspace) == []


def test_a_wrong_schedule_is_named_with_its_line(workspace: Workspace) -> None:
    write(workspace, "schedule: '99 4 * * *'\n")
    with pytest.raises(ConfigurationError, match=r"shop\.yml:5"):
        scheduled(workspace)


def test_sigterm_ends_the_scheduler(workspace: Workspace) -> None:
    write(workspace, "schedule: '0 4 1 1 *'\n")
    spoor = Path(sys.executable).with_name("spoor")
    environment = {**os.environ, "SPOOR_WORKSPACE": str(workspace.root), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [spoor, "schedule", "run"], env=environment, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert "1 sources scheduled" in child.stderr.readline()
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
