"""Which actors form a network, what binds it, and whether chance would do as well."""

from graph.networks.run import Networks, find_networks

__all__ = ["Networks", "find_networks"]
