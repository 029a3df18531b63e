"""Kafka: topics, messages, and the workers' own client."""
