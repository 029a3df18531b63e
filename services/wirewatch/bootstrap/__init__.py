"""The one place that builds adapters and hands them to the core and to what runs."""
