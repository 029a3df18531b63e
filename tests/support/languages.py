"""The languages that ship."""

from wirewatch.adapters.files.languages import load_languages

LANGUAGES = load_languages()
