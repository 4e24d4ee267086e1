"""Settings, source files and vocabularies: typed, read when asked, never on import."""
