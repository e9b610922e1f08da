"""Who stands behind a party."""
