"""The facts that a transfer states, collected once: its texts, and the codes in them."""
