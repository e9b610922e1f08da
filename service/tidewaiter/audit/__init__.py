"""Proves, years later, that verdicts and dead letters are complete and unchanged. Knows no broker."""
