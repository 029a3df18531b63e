"""What an article is about, and the evidence for it."""
