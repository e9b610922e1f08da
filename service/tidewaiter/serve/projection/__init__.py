"""Verdicts, dispositions and dead letters of the topics in a database: a cache that can be built again."""
