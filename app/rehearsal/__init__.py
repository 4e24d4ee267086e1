"""Made-up worlds for training, demos and tests: reproducible, stamped, with the truth beside."""

from app.rehearsal.answers import Score, score, truth
from app.rehearsal.files import write_sources, write_world
from app.rehearsal.nouns import World
from app.rehearsal.server import serve_world
from app.rehearsal.sites.html import STAMP
from app.rehearsal.world import make_world

__all__ = [
    "STAMP",
    "Score",
    "World",
    "make_world",
    "score",
    "serve_world",
    "truth",
    "write_sources",
    "write_world",
]
