"""Normalise the text of names, places and goods. Pure."""
