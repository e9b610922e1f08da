"""Adapters: documents of other formats in, transfers out. Pure: no files but their own tables, no clock, no Kafka.

Each format has one table in which every field has a row: what it becomes, or why it is left out. A text that no row
maps is kept under its path and screened, so nothing that a document says is lost.
"""
