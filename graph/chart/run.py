"""``spoor chart``: finds the target, gathers what stands around it, draws it, writes the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.resolution import load_rules
from config.settings import Settings
from graph.chart import cypher
from graph.chart.draw import FORMATS, render
from graph.chart.gather import Gatherer, Readable
from graph.chart.page import Marking
from graph.chart.picture import Picture, trimmed
from graph.chart.style import TLP
from model.errors import ConfigurationError
from model.identity import account as account_entity


@dataclass(frozen=True, slots=True)
class Chart:
    """What was drawn: the file, its size in bytes, how many things and links it shows."""

    path: Path
    size: int
    nodes: int
    edges: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: {self.nodes} things, {self.edges} links"


def chart(
    graph: Readable, target: str, out: Path, *, settings: Settings, tlp: str | None = None
) -> Chart:
    """Draw a network, actor, account (or ``platform:handle``) or listing and write the file.

    ConfigurationError for a format other than svg, png, pdf, or a target that is not there.
    The file appears whole or not at all.
    """
    file_format = format_of(out)
    marking = marking_of(settings, tlp)
    picture = trimmed(gather(graph, target))
    data = render(picture, marking, file_format)
    _write(out, data)
    return Chart(out, len(data), len(picture.nodes), len(picture.edges), picture.notes)


def format_of(out: Path) -> str:
    """The format that a file's suffix names."""
    suffix = out.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise ConfigurationError(
            f"--out {out}: charts are written as {known}",
            remedy="end the name in .svg, for example",
        )
    return suffix


def marking_of(settings: Settings, tlp: str | None) -> Marking:
    """The marking of this workspace, with another TLP colour where one is given."""
    colour = (tlp or settings.evidence.tlp).upper().removeprefix("TLP:")
    if colour not in TLP:
        raise ConfigurationError(f"TLP colour {tlp!r}", remedy=f"one of {', '.join(sorted(TLP))}")
    return Marking(
        tlp=colour,
        handling=settings.evidence.handling,
        organisation=settings.evidence.organisation,
        workspace=settings.name,
        made_up=settings.material == "made-up",
    )


def gather(graph: Readable, target: str) -> Picture:
    """What stands around a target, named by uid, the beginning of it, or ``platform:handle``."""
    gatherer = Gatherer(graph, load_rules())
    for prefix, statement, build in _kinds(gatherer):
        if target.startswith(f"{prefix}-"):
            return build(_found(graph, statement, target))
    platform, colon, handle = target.partition(":")
    if colon:
        uid = account_entity(platform, handle).uid
        return gatherer.account(_found(graph, cypher.FIND_ACCOUNTS, uid, target))
    raise ConfigurationError(
        f"{target!r} names nothing to draw",
        remedy="give the uid of a network, actor, account or listing, or platform:handle",
    )


def _kinds(gatherer: Gatherer) -> list[tuple[str, str, Callable[[str], Picture]]]:
    return [
        ("network", cypher.FIND_NETWORKS, gatherer.network),
        ("actor", cypher.FIND_ACTORS, gatherer.actor),
        ("account", cypher.FIND_ACCOUNTS, gatherer.account),
        ("listing", cypher.FIND_LISTINGS, gatherer.listing),
    ]


def _found(graph: Readable, statement: str, stem: str, named: str = "") -> str:
    """The one uid that begins with ``stem``."""
    found = [str(row["uid"]) for row in graph.read(statement, stem=stem)]
    if stem in found:
        return stem
    if len(found) != 1:
        what = f"{len(found)} things begin with" if found else "nothing in the graph is"
        raise ConfigurationError(
            f"{what} {named or stem!r}",
            remedy="see 'spoor networks list', or bring the graph up to date with 'spoor load'",
        )
    return found[0]


def _write(out: Path, data: bytes) -> None:
    partial = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ConfigurationError(f"--out {out}: {error.strerror}") from error
