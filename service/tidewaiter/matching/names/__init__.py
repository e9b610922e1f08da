"""Split names into comparable words, and compute the similarity of two names."""
