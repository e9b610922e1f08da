"""The environment of the processes that tests start."""

from __future__ import annotations

import os

_KEPT = "TIDEWAITER_INDEX_DIR"


def clean_environment(**variables: str) -> dict[str, str]:
    """This process' environment without settings of whoever runs the tests, but with `variables`.

    The folder of the session's compiled indexes stays, so that no process compiles the packaged law again.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWAITER_")}
    return inherited | {_KEPT: os.environ[_KEPT]} | variables
