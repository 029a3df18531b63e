"""What an article is about, with the evidence."""
