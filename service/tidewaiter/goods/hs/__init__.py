"""The Harmonized System: codes, their history, their titles."""
