"""Tor as the collectors need it: found or started, asked how far it is, and why it is not.

A thin wrap around stem. Nothing here opens a connection to an onion service or the open net, and
nothing falls back to going there without Tor.
"""

from collectors.tor.addresses import endpoint, is_onion, onion_problem
from collectors.tor.circuits import Circuit, circuits
from collectors.tor.client_keys import ClientKey, add_client_keys, read_client_keys
from collectors.tor.identity import new_identity
from collectors.tor.running import running_tor
from collectors.tor.status import TorStatus, require_tor, tor_status

__all__ = [
    "Circuit",
    "ClientKey",
    "TorStatus",
    "add_client_keys",
    "circuits",
    "endpoint",
    "is_onion",
    "new_identity",
    "onion_problem",
    "read_client_keys",
    "require_tor",
    "running_tor",
    "tor_status",
]
