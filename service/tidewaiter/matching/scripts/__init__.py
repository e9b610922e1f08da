"""What spellings in different scripts and romanisations have in common."""
