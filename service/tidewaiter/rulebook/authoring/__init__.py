"""Tools for rule authors: checks, comparisons, imports, coverage. Screening needs none of them."""
