"""``spoor sources add``: a worked example becomes a source of the workspace, comments and all."""

from __future__ import annotations

import re
from pathlib import Path

from config.settings import Workspace
from config.source_parts import nearest
from config.sources import EXAMPLES, SHIPPED, load_source
from model.errors import ConfigurationError

_NAME = re.compile(r"(?m)^name:.*$")
_START = re.compile(r"(?m)^start:.*(?:\n[ \t]+-.*)*$")


def add_source(
    workspace: Workspace, example: str, name: str | None = None, start: str | None = None
) -> Path:
    """The new file in the workspace's folder of sources; ConfigurationError leaves none behind.

    ``name`` is the source's, that of the example if not given; ``start`` its first address.
    """
    known = {path.stem: path for folder in (EXAMPLES, SHIPPED) for path in folder.glob("*.yml")}
    if example not in known:
        raise ConfigurationError(
            f"no example '{example}'{nearest(example, known)}",
            remedy=f"there are {', '.join(sorted(known))}",
        )
    path = workspace.sources / f"{name or example}.yml"
    if path.exists():
        raise ConfigurationError(f"{path}: is there already", remedy="give the source another name")
    text = _NAME.sub(f"name: {path.stem}", known[example].read_text("utf-8"), count=1)
    if start is not None:
        text = _START.sub(lambda _: f'start: ["{start}"]', text, count=1)
    path.write_text(text, "utf-8")
    try:
        load_source(path)
    except ConfigurationError:
        path.unlink()
        raise
    return path
