"""The ten languages."""
