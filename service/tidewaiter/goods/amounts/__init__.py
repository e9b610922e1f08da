"""Quantities and values in fields and in words."""
