"""Articles, dead letters and progress in one SQLite file."""
