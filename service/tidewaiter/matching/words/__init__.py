"""The words of names as data files, read by `text.word_files`. Each file states its content and its sources."""
