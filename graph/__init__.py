"""The graph of sellers: engines, schema, loading, questions, resolution, networks, charts."""
