"""Collects one source in a process of its own, to be killed: WORKSPACE SOURCE.yml.

Prints the number of pages after each one that is acknowledged, and ``end FINISHED REASON``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from collectors.web import CollectReport, collect_source
from config.settings import load_workspace
from config.sources import load_source
from vault.vault import open_vault


def told(report: CollectReport) -> None:
    print(report.pages, flush=True)


workspace = load_workspace(Path(sys.argv[1]))
source = load_source(Path(sys.argv[2]))
with open_vault(workspace) as vault:
    done = collect_source(vault, source, workspace.settings, progress=told)
print("end", done.finished, done.reason or "-", flush=True)
