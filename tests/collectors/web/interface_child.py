"""As collect_child.py, with the made-up network in place: WORKSPACE SOURCE.json [STEP:N]."""

from __future__ import annotations

import sys

from tests.collectors.web import collect_child, paged

if __name__ == "__main__":
    paged.put_in()
    collect_child.main(*sys.argv[1:])
