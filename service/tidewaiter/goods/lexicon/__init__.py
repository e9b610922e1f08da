"""The words for goods: documents, entries, and the tables they are looked up in."""
