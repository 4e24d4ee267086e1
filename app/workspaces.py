"""Making a workspace: the folders, commented settings and one example source."""

from __future__ import annotations

from pathlib import Path

from config.settings import SETTINGS_FILE, Workspace, load_workspace
from model.errors import ConfigurationError

SETTINGS = """\
# Settings of this spoor workspace. Secrets do not belong here: they come from the environment.

name = "{name}"
# "real" or "made-up", fixed for good: evidence and rehearsal never share a workspace.
material = "{material}"

[graph]
# "embedded" needs nothing; "neo4j" uses the server below, with the password from
# SPOOR_NEO4J_PASSWORD or the file that SPOOR_NEO4J_PASSWORD_FILE names.
engine = "embedded"
# uri = "bolt://127.0.0.1:7687"
# user = "neo4j"
# database = "neo4j"
# memory = "512m"

[tor]
# Where a running tor listens. Onion sources are read through it or not at all. control may be
# "unix:/run/tor/control"; a control password comes from SPOOR_TOR_PASSWORD or ..._FILE.
# socks = "127.0.0.1:9050"
# control = "127.0.0.1:9051"
# Whether spoor starts a tor of its own: "never", "if-needed" (where none listens), "always".
# start = "if-needed"
# bridges = ["obfs4 192.0.2.7:443 FINGERPRINT cert=... iat-mode=0"]
# transports = ["obfs4 exec /usr/bin/obfs4proxy"]

[evidence]
# How exports are marked: TLP 2.0 colour, organisation, handling caveat.
# organisation = "Wildlife Crime Unit"
tlp = "AMBER"

[collection]
# The default pace; a source file may be slower. bytes and seconds are per page.
# delay_seconds = 2.0
# timeout_seconds = 60.0
# max_bytes = 20000000
# How many sources are read at the same time.
# sources_at_once = 4
# Perceptual hashes of pictures that are never kept, one a line.
# blocked_images = "blocked.txt"
"""

EXAMPLE_SOURCE = """\
# One source: a site to read. Copy this file, give it the site's name, and check it with
#   spoor sources check NAME
# Every key is explained in docs/new-source.md.
name: example
title: An example classifieds site (does not exist)
engine: generic
platform: example
reliability: F
route: import
"""


def make_workspace(root: Path, *, made_up: bool = False) -> Workspace:
    """Create ``root`` as a workspace; ConfigurationError where one is already there."""
    settings = root / SETTINGS_FILE
    if settings.exists():
        raise ConfigurationError(
            f"{settings} exists already", remedy="choose another folder, or use this workspace"
        )
    try:
        for folder in ("sources", "vault", "graph", "exports"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "sources" / "example.yml").write_text(EXAMPLE_SOURCE, encoding="utf-8")
        material = "made-up" if made_up else "real"
        name = root.resolve().name.replace("\\", "").replace('"', "") or "workspace"
        settings.write_text(SETTINGS.format(name=name, material=material), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{root}: {error.strerror}") from error
    return load_workspace(root)
