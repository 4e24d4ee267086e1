"""``spoor import``: which source, which map, which mandate, and what to say about the result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.source_names import Sources
from collectors.imports.column_map import load_map
from collectors.imports.detect import check_format
from collectors.imports.pieces import handed_in
from collectors.imports.run import ImportReport, import_paths
from collectors.imports.saving import NOTHING_TOLD, Saving
from collectors.media.gate import BlockList, load_block_list
from config.settings import Workspace
from model.canonical import Json
from model.errors import ConfigurationError
from model.progress import Progress
from vault.vault import Vault

NO_MANDATE = "no mandate covers this source: sealed as material handed in, without a mandate"


@dataclass(frozen=True, slots=True)
class Imported:
    """The import's counts as one row, the sentences a person should read, and the verdict."""

    counts: Mapping[str, Json]
    sentences: tuple[str, ...]
    has_errors: bool


def must_be_told(paths: Sequence[Path], format_: str | None) -> str:
    """The first of the files of which it must be known who saved it, when and how; else empty."""
    return next(handed_in(list(paths), check_format(format_) if format_ else None), "")


def import_material(
    workspace: Workspace,
    vault: Vault,
    paths: Sequence[Path],
    source: str,
    *,
    format_: str | None,
    map_: str | None,
    progress: Progress,
    saving: Saving = NOTHING_TOLD,
) -> Imported:
    """Seal and read ``paths`` under ``source``; a source without a file is read generically.

    ConfigurationError where something was handed in and ``saving`` does not tell by whom.
    """
    if not saving.is_told and (name := must_be_told(paths, format_)):
        raise ConfigurationError(
            f"{name}: who saved it, when and how must be told",
            remedy=f"add {' '.join(f'{option} …' for option in saving.missing)}",
        )
    known = Sources(workspace).of(source)
    mandate = vault.mandate_for(source)
    report = import_paths(
        vault,
        paths,
        source=known or source,
        format=format_,
        mapping=load_map(map_) if map_ else None,
        mandate=mandate.id if mandate else None,
        progress=lambda name, done: progress(name, done, None),
        saving=saving,
        blocked=_blocked(workspace),
    )
    return Imported(
        counts={
            "source": source,
            "files": report.files,
            "captures": report.captures_new,
            "known": report.captures_known,
            "documents": report.documents,
            **{f"{name}s": count for name, count in sorted(report.issue_counts.items())},
        },
        sentences=tuple(_sentences(report, mandated=mandate is not None, source=source)),
        has_errors=report.has_errors,
    )


def _blocked(workspace: Workspace) -> BlockList | None:
    """The list of pictures that are never kept, where the workspace names one."""
    named = workspace.settings.collection.blocked_images
    return load_block_list(Path(named)) if named else None


SHOWN = 40


def _sentences(report: ImportReport, *, mandated: bool, source: str) -> Iterator[str]:
    if not mandated:
        yield f"{source}: {NO_MANDATE}"
    for name, issue in report.issues[:SHOWN]:
        place = "" if issue.message.startswith(issue.locator) else f"{issue.locator}: "
        file = "" if issue.message.startswith(name) else f"{name}: "
        yield f"{issue.severity}: {file}{place}{issue.message}"
    total = sum(report.issue_counts.values())
    if total > SHOWN:
        yield f"… and {total - SHOWN} more; all of them: spoor sources issues {source}"
