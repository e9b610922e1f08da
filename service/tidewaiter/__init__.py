"""Tidewaiter: screens transfers against sanctions law, on a stream."""

__version__ = "0.1.0"
