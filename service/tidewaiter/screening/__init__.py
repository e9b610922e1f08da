"""Objects in, verdict out. Pure: no files, no clock, no Kafka."""
