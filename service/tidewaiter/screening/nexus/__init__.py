"""The ties between a transfer and a sanctioned country."""
