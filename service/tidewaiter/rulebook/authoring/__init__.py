"""What only rule authors need: checks, comparisons, imports, coverage."""
