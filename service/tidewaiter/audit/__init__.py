"""What shows, years later, that verdicts and dead letters are all there and as they were written. Knows no broker."""
