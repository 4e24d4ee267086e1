"""Collects until it is done or killed: ``python collect_child.py WORKSPACE SOURCE.json [STEP:N]``.

With a step, the process kills itself right after that step was taken for the N-th time.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from collectors.sightings import Sightings
from collectors.web import collect_source
from config.settings import load_workspace
from config.sources import Source
from vault.frontier import Frontier
from vault.vault import Vault, open_vault

STEPS: dict[str, tuple[type, str]] = {
    "sealed": (Vault, "seal"),
    "read": (Vault, "add_documents"),
    "answered": (Frontier, "answered"),
    "states": (Sightings, "page"),
    "followed": (Frontier, "add"),
    "handed-out": (Frontier, "take"),
}


def die_after(step: str, times: int) -> None:
    """Make the process end, as by a power cut, after the step."""
    owner, name = STEPS[step]
    taken, original = count(1), getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        if next(taken) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


def main(folder: str, file: str, deadly: str = "") -> None:
    workspace = load_workspace(Path(folder))
    source = Source.model_validate_json(Path(file).read_text("utf-8"))
    if deadly:
        step, _, times = deadly.partition(":")
        die_after(step, int(times))
    with open_vault(workspace) as vault:
        report = collect_source(
            vault, source, workspace.settings, progress=lambda _: print(".", end="", flush=True)
        )
    print("finished" if report.finished else f"not finished: {report.sentence}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
