"""Which actors form a network, what binds it, and whether chance would do as well."""

from graph.networks.run import Networks, networks

__all__ = ["Networks", "networks"]
