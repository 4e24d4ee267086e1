"""Accounts, actors, networks, listings, statements and the graph as files, marked."""

from graph.export.run import Exported, export

__all__ = ["Exported", "export"]
