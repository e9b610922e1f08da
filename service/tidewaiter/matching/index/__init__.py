"""Index listed parties in tables that find every similar name without a scan."""
