"""From sources to a rule book in force: assembly, rule examples, checks, adoption, the shrink guard."""
