"""The ports in memory: the oracle of the other adapters."""
