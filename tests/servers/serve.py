"""Serves one of the sites with waitress until its standard input ends; run in the site's venv."""

from __future__ import annotations

import os
import sys
import threading

from django.core.wsgi import get_wsgi_application
from waitress.server import create_server

THREADS = 8


def main() -> None:
    """``serve.py PORT``, 0 for any free one; the first line it says is the address."""
    os.umask(0o077)
    application = get_wsgi_application()
    server = create_server(
        application, host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS, ident=None
    )
    threading.Thread(target=_end_with_input, daemon=True).start()
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def _end_with_input() -> None:
    """Whoever started the server is gone once its end of the pipe is closed: go too."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
