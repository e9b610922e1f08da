"""The clients of the contract in Java and Node, built once from schemas/ into a folder of their own, for tests."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.apache_kafka import KafkaUnavailable, java

SCHEMAS = Path(__file__).parents[1] / "schemas"
CACHE = Path(__file__).with_name("system") / ".clients"
MADE = shutil.ignore_patterns("node_modules", "dist", "generated", "target", "__pycache__")
"""What a build leaves in the folders."""
NPM_INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
MAVEN = ("mvn", "-B", "-q")
# What Maven and npm say where they cannot fetch something; anything else that goes wrong is a fault of ours.
_NOT_FETCHED = re.compile(
    r"^.*(?:Could not (?:transfer|find) artifact|Could not resolve dependencies|Non-resolvable|No plugin found for prefix|"
    r"Plugin \S+ or one of its dependencies could not be resolved|"
    r"npm error code (?:ENOTFOUND|ENOTCACHED|ECONN\w+|EAI_AGAIN|E?\w*TIMEDOUT|ENETUNREACH|E40[134]|\w*CERT\w*)|"
    r"dial tcp|no such host|module lookup disabled|tls: failed to verify|i/o timeout).*$",
    re.MULTILINE,
)
WAIT = 900


def node_client() -> Path:
    """Return the folder of the client for Node, built, with its test programs; skip the test where it cannot be."""
    needs("node", "npm")
    return _built(_client("node"), [NPM_INSTALL, ["npm", "run", "build"]])


def java_client() -> tuple[str, Path]:
    """Return a Java and the folder of its client, built with its test programs, as `node_client` does."""
    needs("mvn")
    try:
        path = java()
    except KafkaUnavailable as reason:
        pytest.skip(str(reason))
    return path, _built(_client("java"), [[*MAVEN, "test-compile", "dependency:copy-dependencies"]])


def asyncapi_parser() -> Path:
    """Return the folder of the program that runs AsyncAPI's reference parser, as `node_client` does."""
    needs("node", "npm")
    return _built([CACHE.with_name("asyncapi")], [NPM_INSTALL])


def needs(*programs: str) -> None:
    """Skip the test where one of the programs is not on the PATH."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"no {program} on the PATH")


def fetch(command: Sequence[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command that may fetch packages, and return what it prints. Skip the test where none can be fetched."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=WAIT, check=False
    )
    told = done.stdout + done.stderr
    missing = _NOT_FETCHED.search(told)
    if done.returncode != 0 and missing:
        pytest.skip(f"cannot fetch what the test needs: {missing[0].strip()[:200]}")
    assert done.returncode == 0, f"{' '.join(command)}\n{told[-4000:]}"
    return done.stdout


def copy_schemas(folder: Path) -> Path:
    """Copy schemas/ as a clone has it, without what was built in it, to `folder`, and return that."""
    return shutil.copytree(SCHEMAS, folder, ignore=MADE)


def _client(name: str) -> list[Path]:
    return [SCHEMAS / each for each in (name, "json", "conformance", "LICENSE", "NOTICE")]


def _built(sources: Sequence[Path], commands: Sequence[Sequence[str]]) -> Path:
    """Return a copy of the first of some folders and files, beside copies of the others, in which the commands have run.

    Safe to call from several processes at once: one builds, the others wait.
    """
    name = sources[0].name
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch, (CACHE / f"{name}.lock").open("w") as lock:
        part = Path(scratch) / "part"
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, part / source.name, ignore=MADE)
            else:
                shutil.copy(source, part)
        whole = CACHE / f"{name}-{_fingerprint(part)}"
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.is_dir():
            for command in commands:
                fetch(command, part / name)
            for old in CACHE.glob(f"{name}-*"):
                shutil.rmtree(old)
            part.rename(whole)
    return whole / name


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\n{path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:12]
