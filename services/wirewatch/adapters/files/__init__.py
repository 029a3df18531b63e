"""Files that a user or the package brings along."""
