"""Trained models that find names."""
