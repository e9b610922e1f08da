"""The words of names as data, for `text.word_files`. Each file says what it holds and where its words come from."""
