"""Both distributions, built as wheels and installed from them into environments with nothing else of this repository."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

import tidewaiter
from tidewaiter.commands.demo import SAMPLES

ROOT = Path(__file__).parents[2]
LOCKS = ("runtime.txt", "embedded.txt")
DIST: dict[str, Any] = runpy.run_path(str(ROOT / "deploy" / "dist.py"))

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Without what the environment of the tests says of Python and of Tidewaiter."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TIDEWAITER_", "PYTHON", "VIRTUAL_ENV"))
    }
    environment |= {"XDG_CACHE_HOME": str(cwd / "cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our two wheels, built as `make dist` does."""
    folder = tmp_path_factory.mktemp("wheels")
    for name, content in DIST["build"](tmp_path_factory.mktemp("build")).items():
        (folder / name).write_bytes(content)
    assert len(list(folder.glob("*.whl"))) == 2
    return folder


@pytest.fixture(scope="module")
def wheelhouse(built: Path) -> Path:
    """Our wheels, and all that they need in the locked versions, each held to its hash."""
    for lock in LOCKS:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--only-binary", ":all:")
        done = run(*pip, "--dest", built, "-r", ROOT / "requirements" / lock, cwd=built)
        if done.returncode:
            pytest.skip(f"what {lock} names cannot be had here: {done.stderr.strip().splitlines()[-1]}")
    return built


def environment(folder: Path, wheelhouse: Path, *requirements: str) -> Path:
    """The Python of a new environment with these, from the wheelhouse alone."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = ("-m", "pip", "install", "--quiet", "--no-index")
    done = run(python, *pip, "--find-links", wheelhouse, *requirements, cwd=folder)
    assert done.returncode == 0, done.stderr
    return python


@pytest.fixture(scope="module")
def python(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("service"), wheelhouse, "tidewaiter[embedded]")


def test_another_build_of_the_same_files_has_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = DIST["build"](tmp_path / "elsewhere", otherwise=True)
    assert again == {path.name: path.read_bytes() for path in built.glob("*.whl")}


def test_a_wheel_holds_every_file_of_its_package_its_licence_and_where_the_project_is(built: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for folder, package in (("service", "tidewaiter"), ("schemas", "tidewaiter_schemas")):
        (path,) = built.glob(f"{package}-[0-9]*.whl")
        with zipfile.ZipFile(path) as wheel:
            names = set(wheel.namelist())
            about = f"{package}-{tidewaiter.__version__}.dist-info"
            metadata = wheel.read(f"{about}/METADATA").decode()
        packaged = {name.removeprefix(f"{folder}/") for name in tracked if name.startswith(f"{folder}/{package}/")}
        assert packaged == {name for name in names if not name.startswith(about)}
        assert {f"{about}/licenses/LICENSE", f"{about}/licenses/NOTICE"} <= names
        assert "Project-URL: Homepage, https://" in metadata


def test_the_command_screens_the_samples_as_the_checkout_does(python: Path, tmp_path: Path) -> None:
    versions = run(python, "-m", "tidewaiter", "--version", cwd=tmp_path).stdout
    assert versions.startswith(f"tidewaiter {tidewaiter.__version__}\ncontract ")
    samples = SAMPLES / "transfers.jsonl"
    installed = run(python.with_name("tidewaiter"), "screen", samples, cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    assert len(installed.stdout.splitlines()) == 12
    assert installed.stdout == run(sys.executable, "-m", "tidewaiter", "screen", samples, cwd=tmp_path).stdout


@pytest.mark.embedded
def test_the_demonstration_runs(python: Path, tmp_path: Path) -> None:
    done = run(python.with_name("tidewaiter"), "demo", "--once", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {json.loads(line)["decision"] for line in done.stdout.splitlines()} == {"block", "review", "clear"}


def test_the_rules_that_are_packaged_check_out(python: Path, tmp_path: Path) -> None:
    done = run(python, "-m", "tidewaiter", "rules", "check", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contract_comes_with_pydantic_and_nothing_else(wheelhouse: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "contract", wheelhouse, "tidewaiter-schemas")
    listed = json.loads(run(python, "-m", "pip", "list", "--format", "json", cwd=tmp_path).stdout)
    of_pydantic = {"annotated-types", "pydantic", "pydantic_core", "typing-inspection", "typing_extensions"}
    assert {one["name"] for one in listed} - {"pip", "setuptools"} == {"tidewaiter-schemas"} | of_pydantic
    given = 'TransferEvent(id="1", kind="sale", occurred_at="2024-02-18T12:00:00Z").id'
    done = run(python, "-c", f"from tidewaiter_schemas import TransferEvent, Verdict; print({given})", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_writing_the_contract_down_asks_for_what_is_not_there(wheelhouse: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "contract", wheelhouse, "tidewaiter-schemas")
    into = tmp_path / "written"
    asked = run(python, "-m", "tidewaiter_schemas.export", cwd=tmp_path)
    assert asked.returncode == 2
    assert "--into" in asked.stderr
    # AsyncAPI is YAML, whose writer the contract does not need for anything else.
    without_yaml = run(python, "-m", "tidewaiter_schemas.export", "--into", into, cwd=tmp_path)
    assert without_yaml.returncode == 1
    assert "pip install pyyaml" in without_yaml.stderr
