"""Names: normalise, index, compare. Pure; knows nothing of transfers."""
