"""The second voice: a linear model over the wording of an item, which may doubt a recognition or add to it."""
