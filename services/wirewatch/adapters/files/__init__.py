"""Files of the package and of users: gazetteers, topics, word lists, and how far sources were sent."""
