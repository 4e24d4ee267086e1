"""Names of sources: those with a file, and those only material was imported under."""

from __future__ import annotations

from config.settings import Workspace
from config.sources import Source, load_source, shipped_sources


class Sources:
    """The sources of a workspace, each file read once."""

    def __init__(self, workspace: Workspace | None) -> None:
        self._workspace = workspace
        self._known: dict[str, Source | None] = {}

    def of(self, name: str) -> Source | None:
        """The source of this name, or None where no file describes it.

        A file that is there but wrong is an error (ConfigurationError), never passed over.
        """
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def _find(self, name: str) -> Source | None:
        if self._workspace is not None and (self._workspace.sources / f"{name}.yml").is_file():
            return load_source(name, self._workspace)
        return next((source for source in shipped_sources() if source.name == name), None)
