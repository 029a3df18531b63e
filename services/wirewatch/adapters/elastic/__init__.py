"""Articles in Elasticsearch."""
