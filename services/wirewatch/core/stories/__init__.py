"""Copies of one report."""
