"""Pure functions from text to observations with spans, and from those to statements."""
