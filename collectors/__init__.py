"""Sources read into the vault: Tor, fetching, site adapters, imports. They yield documents."""
