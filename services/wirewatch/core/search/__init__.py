"""Queries, and the tokens that a store looks up for them."""
