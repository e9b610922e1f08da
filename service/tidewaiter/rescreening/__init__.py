"""Past transfers under another rule book: what changed, whom it can touch, and why a verdict is another."""
