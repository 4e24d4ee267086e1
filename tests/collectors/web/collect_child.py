"""Collects until it is done or killed: ``python collect_child.py WORKSPACE SOURCE.json``."""

from __future__ import annotations

import sys
from pathlib import Path

from collectors.web import collect_source
from config.settings import load_workspace
from config.sources import Source
from vault.vault import open_vault


def main(folder: str, file: str) -> None:
    workspace = load_workspace(Path(folder))
    source = Source.model_validate_json(Path(file).read_text("utf-8"))
    with open_vault(workspace) as vault:
        report = collect_source(
            vault, source, workspace.settings, progress=lambda _: print(".", end="", flush=True)
        )
    print("finished" if report.finished else f"not finished: {report.sentence}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
