"""Names as the words that compare, and how alike two of them are."""
