"""Exports do not tell which engine held the graph: the same bytes from both."""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings, Workspace
from graph.engine import Graph
from graph.export import export
from graph.export.run import FORMATS
from graph.load import load
from graph.networks import networks
from graph.resolve import resolve
from tests.graph.conftest import emptied
from tests.graph.filled import fill, hostile_world
from vault.vault import Vault


def exported(graph: Graph, vault: Vault, folder: Path) -> dict[str, bytes]:
    """Every export in every format, by file name."""
    load(Workspace(folder, Settings()), vault, graph=emptied(graph))
    found = {}
    for what, formats in FORMATS.items():
        for fmt in formats:
            out = folder / f"{what}.{fmt}"
            export(what, fmt, out, graph=graph, vault=vault, settings=Settings())
            found[out.name] = out.read_bytes()
    return found


def test_both_engines_give_the_same_bytes(
    embedded_server: Graph, neo4j_server: Graph, workspace: Workspace, tmp_path: Path
) -> None:
    with fill(hostile_world(), workspace) as vault:
        resolve(vault)
        networks(vault)
        first = exported(embedded_server, vault, tmp_path / "embedded")
        second = exported(neo4j_server, vault, tmp_path / "neo4j")
    assert len(first) == 13
    assert all(len(data) > 100 for data in first.values())
    assert first == second
