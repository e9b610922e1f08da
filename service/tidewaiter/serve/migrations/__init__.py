"""The migrations of the database, run at start. Each revision is a module in `versions`."""
