"""The machinery of what runs until it is stopped."""
