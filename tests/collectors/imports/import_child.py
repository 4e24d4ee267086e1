"""Imports one file into a workspace, for tests that end it in the middle."""

from __future__ import annotations

import sys
from pathlib import Path

from collectors.imports import import_paths
from config.settings import load_workspace
from vault.vault import open_vault

if __name__ == "__main__":
    workspace, file = map(Path, sys.argv[1:])
    with open_vault(load_workspace(workspace)) as vault:
        import_paths(vault, [file], source="case")
