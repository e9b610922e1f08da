"""`docker compose up` is what the compose specification allows and what the rest of the repository says.

No Docker engine is needed: the files are read and held against the specification, the settings and each other.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from typer.main import get_command

from tidewaiter.cli import app
from tidewaiter.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
GRAFANA = ROOT / "deploy" / "grafana"
OURS = ("topics", "tidewaiter", "rescreener", "serve")
HARDENED = (*OURS, "postgres", "prometheus", "grafana")


DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
"""A variable of the host, with what stands for it where it is not set."""


def given(environment: dict[str, str | None]) -> dict[str, str]:
    """Return the variables that a container has where the host sets none."""
    return {name: DEFAULT.sub(r"\1", value) for name, value in environment.items() if value is not None}


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return load(ROOT / "docker-compose.yml")


def worker_port(compose: dict[str, Any]) -> int:
    (port,) = compose["services"]["tidewaiter"]["expose"]
    return int(port)


def image_environment() -> dict[str, str]:
    final_stage = DOCKERFILE.read_text(encoding="utf-8").rsplit("\nFROM ", maxsplit=1)[1]
    return dict(re.findall(r"\b(TIDEWAITER_[A-Z_]+)=(\S+)", final_stage))


def test_the_compose_file_keeps_the_compose_specification(compose: dict[str, Any]) -> None:
    specification = json.loads((ROOT / "deploy" / "compose" / "compose-spec.json").read_text(encoding="utf-8"))
    errors = Draft202012Validator(specification).iter_errors(compose)
    assert [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors] == []


def test_every_file_that_is_mounted_or_built_from_exists(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume["source"] if isinstance(volume, dict) else volume.split(":")[0]
            source = DEFAULT.sub(r"\1", source)
            if source.startswith("."):
                assert (ROOT / source).exists(), f"{name} mounts {source}"
            else:
                assert source in compose["volumes"], f"{name} uses the volume {source}"
        if "build" in service:
            assert (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_every_variable_is_a_setting_and_the_settings_accept_it(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in OURS:
        variables = {**image_environment(), **given(compose["services"][name]["environment"])}
        assert compose["services"][name]["environment"].keys() <= known
        assert variables.keys() <= known
        with monkeypatch.context() as patch:
            for variable, value in variables.items():
                patch.setenv(variable, value)
            settings = Settings()
        assert settings.broker == ("kafka:19092",)
        assert settings.web_host == "0.0.0.0"


def test_a_variable_of_the_host_has_the_name_of_the_setting_it_sets(compose: dict[str, Any]) -> None:
    for name in OURS:
        for variable, value in compose["services"][name]["environment"].items():
            for source in re.findall(r"\$\{(\w+)", value or ""):
                assert source == variable


def test_every_command_that_is_run_is_a_command_of_ours(compose: dict[str, Any]) -> None:
    commands = [compose["services"][name]["command"] for name in OURS]
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert 'ENTRYPOINT ["tidewaiter"]' in text
    commands.append(json.loads(re.findall(r"^CMD (.*)$", text, re.MULTILINE)[-1]))
    for command in commands:
        step: Any = get_command(app)
        for word in command:
            step = step.commands[word]
        assert step.callback is not None


def test_workers_can_be_more_than_one(compose: dict[str, Any]) -> None:
    worker = compose["services"]["tidewaiter"]
    assert not {"container_name", "ports", "hostname"} & worker.keys()
    assert all(volume["read_only"] for volume in worker["volumes"])
    assert "TIDEWAITER_INSTANCE_ID" not in worker["environment"]


@pytest.mark.parametrize(("name", "service"), [("tidewaiter", "tidewaiter"), ("tidewaiter-rescreener", "rescreener")])
def test_prometheus_finds_every_process_by_the_services_name_at_the_port_it_serves(
    compose: dict[str, Any], name: str, service: str
) -> None:
    (job,) = [job for job in load(PROMETHEUS)["scrape_configs"] if job["job_name"] == name]
    (discovery,) = job["dns_sd_configs"]
    assert discovery["names"] == [service]
    assert discovery["type"] == "A"
    ports = {discovery["port"], worker_port(compose), int(image_environment()["TIDEWAITER_WEB_PORT"])}
    ports |= {int(port) for port in re.findall(r"^EXPOSE (\d+)", DOCKERFILE.read_text(), re.MULTILINE)}
    ports |= {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)/readyz", str(compose["services"][service]))}
    ports |= set(map(int, compose["services"][service]["expose"]))
    assert len(ports) == 1


def test_every_service_says_when_it_is_healthy_and_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert service["healthcheck"].get("disable") is (True if name == "topics" else None)
        for needed, how in service.get("depends_on", {}).items():
            one_shot = needed == "topics"
            assert how["condition"] == ("service_completed_successfully" if one_shot else "service_healthy")
    assert services["topics"]["depends_on"].keys() == {"kafka"}
    assert services["tidewaiter"]["depends_on"].keys() == {"kafka", "topics"}
    assert services["serve"]["depends_on"].keys() == {"kafka", "topics", "postgres"}


def test_our_containers_have_no_root_no_new_privileges_and_a_read_only_root_file_system(
    compose: dict[str, Any],
) -> None:
    for name, service in compose["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert bool(service.get("read_only")) is (name in HARDENED), name
    user = re.findall(r"^USER (\S+)$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)[-1]
    assert user.split(":")[0].isdigit()
    assert int(user.split(":")[0]) > 0
    assert {compose["services"][name]["user"] for name in OURS} == {user}


def test_nothing_is_open_to_the_network_around_the_machine(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_worker_has_the_time_to_stop_that_its_settings_give_it(compose: dict[str, Any]) -> None:
    for name in ("tidewaiter", "rescreener"):
        grace = compose["services"][name]["stop_grace_period"]
        assert float(grace.removesuffix("s")) > Settings.model_fields["stop_seconds"].default


def test_kafka_is_the_version_that_the_tests_run_on(compose: dict[str, Any]) -> None:
    pom = (ROOT / "tests" / "system" / "pom.xml").read_text(encoding="utf-8")
    (version,) = re.findall(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([^<]+)</version>", pom)
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{version}"


def test_kafka_is_told_everything_about_its_listeners(compose: dict[str, Any]) -> None:
    kafka = compose["services"]["kafka"]["environment"]
    listeners = dict(re.findall(r"(\w+)://:(\d+)", kafka["KAFKA_LISTENERS"]))
    protocols = dict(part.split(":") for part in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    advertised = dict(re.findall(r"(\w+)://(\S+?)(?:,|$)", kafka["KAFKA_ADVERTISED_LISTENERS"]))
    assert listeners.keys() == protocols.keys()
    assert advertised.keys() == listeners.keys() - {kafka["KAFKA_CONTROLLER_LISTENER_NAMES"]}
    assert advertised[kafka["KAFKA_INTER_BROKER_LISTENER_NAME"]] == f"kafka:{listeners['INSIDE']}"
    assert compose["services"]["tidewaiter"]["environment"]["TIDEWAITER_BROKER"] == advertised["INSIDE"]
    assert compose["services"]["kafka"]["ports"] == [f"127.0.0.1:{listeners['OUTSIDE']}:{listeners['OUTSIDE']}"]


def test_the_api_finds_its_database_its_password_and_its_tokens(compose: dict[str, Any]) -> None:
    serve, postgres = compose["services"]["serve"], compose["services"]["postgres"]
    told, database = serve["environment"], postgres["environment"]
    user, name = database["POSTGRES_USER"], database["POSTGRES_DB"]
    assert told["TIDEWAITER_SERVE_DATABASE"] == f"postgresql://{user}@postgres:5432/{name}"
    (secret,) = serve["secrets"]
    assert secret["target"].removeprefix(PREFIX.lower()) in Settings.model_fields
    assert postgres["secrets"] == [secret["source"]]
    assert database["POSTGRES_PASSWORD_FILE"] == f"/run/secrets/{secret['source']}"
    assert (ROOT / compose["secrets"][secret["source"]]["file"]).is_file()
    mounts = {volume.split(":")[1] for volume in serve["volumes"] if isinstance(volume, str)}
    assert mounts == {told["TIDEWAITER_SERVE_TOKENS_FILE"]}
    assert serve["ports"] == [f"127.0.0.1:{told['TIDEWAITER_SERVE_PORT']}:{told['TIDEWAITER_SERVE_PORT']}"]
    (job,) = [job for job in load(PROMETHEUS)["scrape_configs"] if job["job_name"] == "tidewaiter-serve"]
    assert job["dns_sd_configs"][0]["names"] == ["serve"]
    assert str(job["dns_sd_configs"][0]["port"]) in serve["expose"]


def test_console_and_database_are_a_profile_and_nothing_else_needs_them(compose: dict[str, Any]) -> None:
    services = compose["services"]
    profiles = {name: service.get("profiles") for name, service in services.items()}
    assert {name for name, of in profiles.items() if of} == {"serve", "postgres"}
    assert profiles["serve"] == profiles["postgres"] == ["console"]
    for name, service in services.items():
        if not profiles[name]:
            assert not {"serve", "postgres"} & service.get("depends_on", {}).keys()


def test_the_folder_of_lists_is_where_the_setting_says_within_and_none_by_default(compose: dict[str, Any]) -> None:
    for name in ("tidewaiter", "rescreener", "serve"):
        service = compose["services"][name]
        assert service["environment"]["TIDEWAITER_LISTS_DIR"] is None, "passed on as it is, and not where it is not set"
        (lists,) = [volume for volume in service["volumes"] if isinstance(volume, dict)]
        for place in ("source", "target"):
            assert re.match(r"\$\{TIDEWAITER_LISTS_DIR:-[^}]+\}$", lists[place])
        assert lists["read_only"] is True
        assert lists["bind"]["create_host_path"] is False, "a misspelt folder is an error and not an empty folder"
        assert DEFAULT.sub(r"\1", lists["target"]).startswith("/")


def test_the_tokens_of_a_first_run_are_none(compose: dict[str, Any]) -> None:
    assert load(ROOT / "deploy" / "compose" / "tokens.yaml") is None


def test_grafana_knows_prometheus_and_where_its_dashboards_are(compose: dict[str, Any]) -> None:
    (source,) = load(GRAFANA / "provisioning" / "datasources" / "prometheus.yml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert source["uid"] == "prometheus"
    (provider,) = load(GRAFANA / "provisioning" / "dashboards" / "tidewaiter.yml")["providers"]
    mounts = dict(volume.split(":")[:2] for volume in compose["services"]["grafana"]["volumes"])
    assert mounts["./deploy/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./deploy/grafana/provisioning"] == "/etc/grafana/provisioning"


def test_prometheus_reads_its_configuration(compose: dict[str, Any]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package `prometheus`)")
    checked = subprocess.run([promtool, "check", "config", PROMETHEUS], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


# --- the image ------------------------------------------------------------------------------------------------


def dockerfile() -> list[str]:
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_everything_copied_into_the_image_exists_and_passes_the_dockerignore() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!").rstrip("/") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    copied = set()
    for line in dockerfile():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= {source.rstrip("/") for source in line.split()[1:-1]}
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)


def test_whatever_is_installed_from_outside_is_held_against_a_hash() -> None:
    installs = [line for line in dockerfile() if re.search(r"\binstall\b", line) and "pip" in line]
    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-index" in line, line
    assert all("--no-build-isolation" in line for line in dockerfile() if '"wheel"' in line)


def test_signals_reach_the_worker_and_no_shell_stands_between() -> None:
    for line in dockerfile():
        if line.startswith(("ENTRYPOINT", "CMD")):
            assert isinstance(json.loads(line.partition(" ")[2]), list)


def test_the_last_step_as_root_takes_every_shell_away(tmp_path: Path) -> None:
    final = dockerfile()[[line.startswith("FROM") for line in dockerfile()].index(True, 1) :]
    steps = [line for line in final if line.startswith(("RUN", "USER"))]
    assert steps[-1].startswith("USER 10001")
    python, option, code = json.loads(steps[-2].partition(" ")[2])
    assert (python, option) == ("python", "-c")
    (tmp_path / "sh").touch()
    (tmp_path / "bash").symlink_to(tmp_path / "sh")
    (tmp_path / "python").touch()
    shells = tmp_path / "shells"
    shells.write_text(f"# valid login shells\n{tmp_path}/sh\n{tmp_path}/bash\n{tmp_path}/zsh\n", encoding="utf-8")
    exec(code, {"open": lambda _: shells.open(encoding="utf-8")})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["python", "shells"]


def test_the_health_checks_need_nothing_but_python_and_are_python(compose: dict[str, Any]) -> None:
    (check,) = [line for line in dockerfile() if line.startswith("HEALTHCHECK")]
    of_image = json.loads(check.partition(" CMD ")[2])
    of_compose = compose["services"]["tidewaiter"]["healthcheck"]["test"]
    assert of_compose[0] == "CMD"
    for command in (of_image, of_compose[1:]):
        assert command[:2] == ["python", "-c"]
        ast.parse(command[2])
    assert "/livez" in of_image[2]
    assert "/readyz" in of_compose[-1]
