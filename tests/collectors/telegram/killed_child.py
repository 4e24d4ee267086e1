"""A run over the made-up world that is killed: ``killed_child.py FOLDER REQUESTS``."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

from config.settings import load_workspace
from vault.vault import open_vault

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from tests.collectors.telegram.conftest import Now, a_source, one_run  # noqa: E402
from tests.collectors.telegram.world import a_world  # noqa: E402


def main(folder: str, most: int) -> None:
    world, now, number = a_world(), Now(), count(1)

    def breaks(_: object) -> None:
        if next(number) > most:
            os.kill(os.getpid(), signal.SIGKILL)

    world.breaks = breaks
    with open_vault(load_workspace(Path(folder)), clock=now) as vault:
        one_run(vault, now, world, a_source())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
