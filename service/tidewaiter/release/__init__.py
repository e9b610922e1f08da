"""The steps from sources to a rule book in force: assembly, rule examples, checks, adoption, shrink guard."""
