"""Text as taggers and search see it: folded, matched, cut into spans."""
