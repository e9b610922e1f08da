"""Rescreen past transfers with another rule book: find what changed, whom it can affect, and why verdicts differ."""
