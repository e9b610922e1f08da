"""Everything that a transfer says, gathered once, with what it is."""
