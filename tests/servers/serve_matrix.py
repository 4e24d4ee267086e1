"""Runs Synapse until standard input ends; run in Synapse's environment, with its arguments."""

from __future__ import annotations

import os
import sys
import threading

from synapse.app.homeserver import main


def _end_with_input() -> None:
    """Whoever started the server is gone once its end of the pipe is closed: go too."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    main()
