"""Where articles are read from."""
