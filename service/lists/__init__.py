"""One module a publisher: official file in, list entries out."""
