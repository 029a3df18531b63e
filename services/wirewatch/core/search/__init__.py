"""Queries, and the tokens that they are answered by."""
