"""The embedded broker for first runs and tests."""
