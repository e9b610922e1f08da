"""Screen transfers against a rule book. Pure functions: no files, no clock, no Kafka."""
