"""One normaliser for names, places and goods. Pure."""
