"""Find the ties between a transfer and sanctioned countries."""
