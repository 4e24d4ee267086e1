"""The nouns of spoor: frozen value types and the error tree. Standard library only, no I/O."""
