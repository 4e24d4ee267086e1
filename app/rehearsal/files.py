"""Writes a made-up world to a folder: pages, source files, the truth, and a word about itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from app.rehearsal.answers import truth
from app.rehearsal.nouns import World
from app.rehearsal.pages import SITES, world_pages
from app.rehearsal.sites.html import STAMP
from app.rehearsal.social import bluesky, mastodon
from app.rehearsal.social.exports import exports
from model.canonical import Json
from model.errors import PolicyRefusal

PAGES, SOURCES, TRUTH, README = "pages", "sources", "truth.json", "README.md"
SOCIAL, EXPORTS = "social", "exports"
BASE = "http://127.0.0.1:8765"
"""Where the source files of a written world expect it to be served unless told otherwise."""

NETWORKS = ("mastodon", "bluesky")
CHATS = ("telegram", "whatsapp")
"""Messengers, of which there are exports to import."""
ONION_MARKETS = ("nightjar", "meridian")

_TEMPLATES = Path(__file__).parent / "sources"
_README = """# A made-up world

Stamp: {stamp}

No person, seller, advert, price, contact, wallet or key in it is real, and any likeness is chance.
It serves for training, demos and tests. A workspace takes either made-up or real material, never
both. Made by `spoor rehearse --seed {seed} --accounts {accounts} --networks {networks}`.

- `pages/`: four sites as files ({pages:,} pages): two onion markets, classifieds, a forum
- `social/`: what a Mastodon-compatible and a Bluesky-compatible server know, which
  `spoor rehearse --serve` answers as
- `exports/`: chats as Telegram Desktop and WhatsApp export them, to be imported
- `sources/`: how spoor reads them when they are served at {base}
- `truth.json`: who is behind which account, and what each advert offers
"""


def write_world(world: World, out: Path, base: str = BASE) -> Path:
    """Write everything below ``out`` and return it; ``base`` is where it will be served.

    An earlier world there is replaced. PolicyRefusal where ``out`` holds anything else.
    """
    _make_room(out)
    count = 0
    for path, content in world_pages(world):
        _write(out / PAGES / path, content)
        count += 1
    for name, known in social_data(world).items():
        _write(out / SOCIAL / f"{name}.json", json.dumps(known, ensure_ascii=False).encode())
    write_exports(world, out / EXPORTS)
    write_sources(out / SOURCES, base, watched=watched(world))
    facts = json.dumps(truth(world), ensure_ascii=False, indent=1)
    _write(out / TRUTH, f"{facts}\n".encode())
    about = _README.format(
        stamp=STAMP,
        seed=world.seed,
        accounts=len(world.accounts),
        networks=len({person.network for person in world.people if person.network}),
        pages=count,
        base=base,
    )
    _write(out / README, about.encode())
    return out


def social_data(world: World) -> dict[str, dict[str, Json]]:
    """What the servers of the networks know, by network."""
    return {"mastodon": mastodon.everything(world), "bluesky": bluesky.everything(world)}


def write_exports(world: World, folder: Path) -> None:
    """Write what somebody in the world's groups would export, ``PLATFORM/…`` each."""
    for path, content in exports(world):
        _write(folder / path, content)


def watched(world: World) -> tuple[str, ...]:
    """The accounts on Bluesky whose posts are read, whatever words they use."""
    return tuple(item.handle for item in world.accounts if item.platform == "bluesky")


def write_sources(
    folder: Path, base: str, onion: str = "", watched: Sequence[str] = ()
) -> tuple[Path, ...]:
    """Write the source files for a world served at ``base`` (``http://127.0.0.1:PORT``).

    Sites and networks are collected, chats imported. The markets are read over Tor where
    ``onion``, the host of a service in front, is given. ``watched`` are accounts on Bluesky whose
    posts are read.
    """
    files = []
    for name in (*SITES, *NETWORKS, *CHATS):
        content = (_TEMPLATES / f"{name}.yml").read_text("utf-8")
        hidden = bool(onion) and name in ONION_MARKETS
        place = (f"http://{onion}", "tor") if hidden else (base, "clear")
        content = content.replace("{accounts}", ", ".join(watched))
        for key, value in zip(("{base}", "{route}"), place, strict=True):
            content = content.replace(key, value)
        _write(folder / f"{name}.yml", content.encode())
        files.append(folder / f"{name}.yml")
    return tuple(files)


def _make_room(out: Path) -> None:
    if not out.exists() or not any(out.iterdir()):
        return
    readme = out / README
    if not readme.is_file() or STAMP not in readme.read_text("utf-8", "replace"):
        raise PolicyRefusal(
            f"{out}: holds something that is not a made-up world",
            remedy="name an empty folder, or one that 'spoor rehearse' made",
        )
    for folder in (PAGES, SOURCES, SOCIAL, EXPORTS):
        shutil.rmtree(out / folder, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
