"""The environment of the processes that tests and benches start."""

from __future__ import annotations

import os

_KEPT = "TIDEWAITER_INDEX_DIR"


def clean_environment(**variables: str) -> dict[str, str]:
    """Return this process' environment without the caller's settings, plus `variables`.

    The folder of compiled indexes is kept where one is set, so that no process compiles the packaged law again.
    """
    inherited = {
        name: value for name, value in os.environ.items() if name == _KEPT or not name.startswith("TIDEWAITER_")
    }
    return inherited | variables
