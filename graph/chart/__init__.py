"""Link charts that a person can read: what stands around a network, actor, account or listing."""

from graph.chart.run import Chart, chart

__all__ = ["Chart", "chart"]
