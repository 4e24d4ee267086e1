"""The made-up networks and exports: read by the real collectors, complete against the truth."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.collecting import collect_sources
from app.demo import rehearsal_mandate
from app.importing import import_material
from app.rehearsal import World, make_world, serve_world, truth, write_sources, write_world
from app.rehearsal.files import CHATS, EXPORTS, NETWORKS, watched
from app.rehearsal.nouns import SOCIAL
from app.rehearsal.sites.html import STAMP
from app.workspaces import make_workspace
from collectors.imports.saving import Saving
from model.clock import system_clock
from model.evidence import Document
from model.identity import fold_handle
from model.progress import silent
from vault.vault import open_vault

TOLD = Saving(by="a test", at="2026-01-01T00:00:00Z", how="made up", timezone="UTC")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(5, 200, 3)


@pytest.fixture(scope="module")
def documents(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    """What our own collectors and imports make of it."""
    folder = tmp_path_factory.mktemp("social")
    workspace = make_workspace(folder / "workspace", made_up=True)
    write_world(world, folder / "world")
    with serve_world(folder / "world") as base, open_vault(workspace) as vault:
        write_sources(workspace.sources, base, watched=watched(world))
        vault.add_mandate(rehearsal_mandate(system_clock))
        done = collect_sources(workspace, vault, NETWORKS)
        assert not [one.sentence for one in done if one.failed or one.refused]
        for name in CHATS:
            place = folder / "world" / EXPORTS / name
            import_material(
                workspace, vault, [place], name,
                format_=None, map_=None, progress=silent, saving=TOLD,
            )  # fmt: skip
        return list(vault.documents())


def test_every_planted_post_and_account_is_collected(
    world: World, documents: list[Document]
) -> None:
    told = truth(world)
    posts = {(row["platform"], row["listing_id"]) for row in told["listings"]}
    wanted = {one for one in posts if one[0] in SOCIAL}
    assert len(wanted) > 40
    assert wanted <= {(one.platform, one.native_id) for one in documents}
    people = {(row["platform"], fold_handle(row["handle"])) for row in told["accounts"]}
    met = {(one.platform, fold_handle(one.handle or "")) for one in documents}
    assert {one for one in people if one[0] in SOCIAL} <= met


def test_comments_are_kept_with_what_they_answer(world: World, documents: list[Document]) -> None:
    wanted = Counter(one.platform for one in world.comments if one.platform != "whatsapp")
    answers = {
        (one.platform, one.native_id)
        for one in documents
        if one.kind in ("comment", "message") and one.extra.get("reply_to")
    }
    assert Counter(platform for platform, _ in answers) == wanted


def test_every_shown_contact_stands_on_the_profile(world: World, documents: list[Document]) -> None:
    bios = {
        (one.platform, one.handle): one.fields["text"] for one in documents if one.kind == "profile"
    }
    for account in world.accounts:
        if account.platform in NETWORKS:
            for contact in account.shown:
                assert contact.written in bios[account.platform, account.handle]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("api/v1/accounts/lookup?acct=nobody", 404),
        ("api/v1/statuses/17/context", 404),
        ("api/v1/timelines/public?limit=x", 400),
        ("xrpc/app.bsky.actor.getProfile?actor=nobody.example", 400),
        ("xrpc/app.bsky.unknown", 404),
        ("api/", 404),
    ],
)
def test_what_is_not_there_is_said_as_the_networks_say_it(
    world: World, path: str, status: int
) -> None:
    with serve_world(world) as base, pytest.raises(OSError, match=str(status)) as caught:
        urlopen(f"{base}/{path}")
    with caught.value as answer:  # type: ignore[attr-defined]
        assert "error" in json.load(answer)
        assert answer.headers["X-Made-Up"] == STAMP


def test_a_folder_answers_as_the_world_does(world: World, tmp_path: Path) -> None:
    write_world(world, tmp_path / "world")
    path = "api/v1/timelines/public?limit=20"
    with serve_world(world) as first, serve_world(tmp_path / "world") as second:
        answers = [urlopen(f"{base}/{path}").read() for base in (first, second)]
    assert answers[0] == answers[1]
    assert len(json.loads(answers[0])) == 20
