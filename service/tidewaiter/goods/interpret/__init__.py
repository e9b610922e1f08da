"""Which of the things that a text names is the item, and what the others say of it."""
