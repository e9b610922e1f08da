"""Who asks, and what this caller may do: tokens, sessions of the console, and the headers of a reverse proxy."""
