"""A whole Tor network of our own on this machine's loopback: real onion services, no outside."""

from app.rehearsal.private_tor.network import PrivateTor, private_tor, tor_is_installed

__all__ = ["PrivateTor", "private_tor", "tor_is_installed"]
