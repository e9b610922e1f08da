"""Who owns or controls a party, and what follows from it."""
