"""The routes of the HTTP API under /v1, one module for each subject."""
