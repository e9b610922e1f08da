"""Goods: what an item is, from its HS code or from the words for it. Pure; knows nothing of transfers."""
