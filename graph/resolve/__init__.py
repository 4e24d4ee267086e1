"""Who is the same seller: accounts linked to actors by evidence and by people's judgements."""

from graph.resolve.explain import explain
from graph.resolve.review import judge, review_queue
from graph.resolve.run import Resolution, resolve

__all__ = ["Resolution", "explain", "judge", "resolve", "review_queue"]
