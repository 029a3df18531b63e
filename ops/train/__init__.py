"""Trains the models of names that ship with wirewatch."""
