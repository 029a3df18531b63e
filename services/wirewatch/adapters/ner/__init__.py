"""Trained models that find names in text."""
