"""Normalise spellings in different scripts and romanisations to a common form."""
