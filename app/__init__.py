"""Where the rooms meet: command line, pipeline, rehearsal. Thin."""
