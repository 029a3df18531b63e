"""From what a producer sent to an identified, dated, clean text."""
