"""Ownership and control of parties, and their legal consequences."""
