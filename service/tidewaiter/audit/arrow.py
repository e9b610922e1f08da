"""pyarrow, which exports are written with: an extra, and slow to import."""

from __future__ import annotations

from typing import Any

from tidewaiter.errors import ExportError


def load_arrow() -> Any:
    """Return pyarrow with its Parquet module. Raises ExportError when the extra is not installed."""
    try:
        import pyarrow  # noqa: PLC0415
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise ExportError(
            "exports are Parquet, which needs pyarrow: install the extra `audit` (pip install 'tidewaiter[audit]')"
        ) from error
    return pyarrow
