"""Files that hold a private key: read only if nobody else on the machine may read or change them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from tidewaiter.errors import SettingsError

_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_MAY_READ: Final = stat.S_IROTH


def read_private(path: Path) -> bytes:
    """Return the content of a private key's file. Raises SettingsError when it cannot be read, or others may use it.

    Its group may read it: that is how Kubernetes gives a key to a pod that is not root (`fsGroup`). Everybody may read
    it only where it belongs to root on a read-only mount, as secrets that an orchestrator mounts do: there "everybody"
    is who is inside of the container. Nobody but its owner may write to it.
    """
    try:
        with path.open("rb") as file:
            _check(path, file.fileno())
            return file.read()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error


def check_private(path: Path) -> None:
    """Raise what `read_private` would: for a file that a library reads by its name."""
    read_private(path)


def _check(path: Path, descriptor: int) -> None:
    if os.name != "posix":
        return
    about = os.fstat(descriptor)
    mode = stat.S_IMODE(about.st_mode)
    mounted = about.st_uid == 0 and bool(os.fstatvfs(descriptor).f_flag & os.ST_RDONLY)
    if mode & _OTHERS_MAY_WRITE or (mode & _OTHERS_MAY_READ and not mounted):
        raise SettingsError(
            f"{path}: is a private key that others may {'change' if mode & _OTHERS_MAY_WRITE else 'read'} (mode "
            f"{mode:04o}): chmod 600 {path}, or for a mounted secret defaultMode: 0440; if others use the machine that "
            "it lay open on, make a new key"
        )
