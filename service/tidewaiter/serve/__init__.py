"""The HTTP API and the console: a process of its own beside the workers. Needs the extra `serve`."""
