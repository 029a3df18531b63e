"""Kafka: its topics and messages, with kafka-python for commands and Faust for workers."""
