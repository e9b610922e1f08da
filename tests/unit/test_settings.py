"""Settings are read from the environment and from secret files, and a wrong one is explained."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tidewaiter.cli import app
from tidewaiter.errors import SettingsError
from tidewaiter.rulebook.policy import JURISDICTIONS
from tidewaiter.settings import GROUPS, Settings, load, unknown_names

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TIDEWAITER_{name.upper()}", raising=False)


def test_the_defaults_are_for_a_first_run_on_this_machine() -> None:
    settings = load()
    assert settings.broker == ("127.0.0.1:9092",)
    assert settings.web_host == "127.0.0.1"
    assert settings.jurisdictions == ("UN",)
    assert settings.lists == ()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("BROKER", "a:1, b:2", ("a:1", "b:2")),
        ("BROKER", "[::1]:9092", ("[::1]:9092",)),
        ("JURISDICTIONS", "un, eu", ("UN", "EU")),
        ("LISTS", "un=/l/un.xml,OFAC=/l/o=1", (("un", Path("/l/un.xml")), ("ofac", Path("/l/o=1")))),
        ("LISTS_URLS", "UN=https://m.example/un.xml", (("un", "https://m.example/un.xml"),)),
        ("LISTS_WANTED", "un, ofac", ("un", "ofac")),
        ("RULES", "/a,/b", (Path("/a"), Path("/b"))),
        ("LOG_LEVEL", "warning", "WARNING"),
        ("BATCH_MAX", "7", 7),
    ],
)
def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: Any) -> None:
    monkeypatch.setenv(f"TIDEWAITER_{name}", text)
    assert getattr(load(), name.lower()) == value


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"broker": "kafka://x"}, ["TIDEWAITER_BROKER", "host:port"]),
        ({"partitions": 0}, ["TIDEWAITER_PARTITIONS", "greater than or equal to 1"]),
        ({"lists": "un"}, ["TIDEWAITER_LISTS", "PUBLISHER=PATH"]),
        ({"jurisdictions": ""}, ["TIDEWAITER_JURISDICTIONS"]),
        ({"session_timeout_seconds": 2, "heartbeat_seconds": 3}, ["heartbeat_seconds"]),
        ({"max_record_bytes": 1_048_576}, ["max_record_bytes"]),
        ({"security_protocol": "SASL_SSL"}, ["sasl_username", "sasl_password"]),
        ({"security_protocol": "SASL_SSL", "sasl_mechanism": "OAUTHBEARER"}, ["sasl_token_file"]),
        ({"tls_key_file": "/k"}, ["tls_certificate_file"]),
        ({"topic_prefix": "a b"}, ["TIDEWAITER_TOPIC_PREFIX"]),
        ({"batch_seconds": 20}, ["batch_seconds"]),
        ({"lists_urls": "un=ftp://mirror/un.xml"}, ["TIDEWAITER_LISTS_URLS", "https://"]),
        ({"lists_urls": "un=https://me:word@mirror/un.xml"}, ["TIDEWAITER_LISTS_URLS", "without a login"]),
        ({"lists_urls": "un=https://mirror/un.xml?key=1"}, ["TIDEWAITER_LISTS_URLS", "without a query"]),
    ],
)
def test_a_wrong_setting_is_explained(given: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as raised:
        load(given)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("setting", ["lists_dir", "trusted_keys_file", "disposition_keys_file", "serve_tokens_file"])
def test_an_empty_path_ends_the_start(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv(f"TIDEWAITER_{setting.upper()}", "")
    with pytest.raises(SettingsError, match=f"TIDEWAITER_{setting.upper()}.*is empty"):
        load()


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load({"partitions": 0, "batch_max": 0})
    assert len(str(raised.value).splitlines()) == 2


def test_a_secret_comes_from_a_file_and_is_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "tidewaiter_sasl_password").write_text("hush")
    settings = load({"security_protocol": "SASL_PLAINTEXT", "sasl_username": "u"}, secrets_dir=tmp_path)
    assert settings.sasl_password is not None
    assert settings.sasl_password.get_secret_value() == "hush"
    assert "hush" not in str(settings.printable())
    assert "hush" not in repr(settings)


def test_a_wrong_secret_is_not_repeated_in_the_error() -> None:
    with pytest.raises(SettingsError) as raised:
        load({"sasl_password": ["hush"]})
    assert "hush" not in str(raised.value)


def test_a_misspelt_variable_ends_the_start_and_names_the_one_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_JURISDICTION", "US")
    with pytest.raises(SettingsError, match="did you mean TIDEWAITER_JURISDICTIONS"):
        load()


def test_a_misspelt_secret_file_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "tidewaiter_sasl_pasword").write_text("hush")
    with pytest.raises(SettingsError, match="did you mean TIDEWAITER_SASL_PASSWORD"):
        load(secrets_dir=tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "TIDEWAITER_SERVICE_HOST",
        "TIDEWAITER_SERVICE_PORT_METRICS",
        "TIDEWAITER_PORT",
        "TIDEWAITER_PORT_8080_TCP_ADDR",
        "TIDEWAITER_METRICS_SERVICE_HOST",
        "PATH",
    ],
)
def test_what_kubernetes_injects_for_a_service_is_no_setting_and_no_mistake(name: str) -> None:
    assert unknown_names({name}) == []


def test_every_setting_describes_itself() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().partitions = 3  # type: ignore[misc]


# --- how they are described ------------------------------------------------------------------------------------


def described(*options: str) -> str:
    result = CliRunner().invoke(app, ["settings", *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_setting_is_described_with_type_default_and_meaning() -> None:
    settings = {one["variable"]: one for one in map(json.loads, described("--json").splitlines())}
    assert list(settings) == [f"TIDEWAITER_{name.upper()}" for name in Settings.model_fields]
    assert all(one["type"] and one["meaning"].endswith(".") and one["group"] for one in settings.values())
    told = {name: (one["type"], one["default"]) for name, one in settings.items()}
    assert told["TIDEWAITER_BROKER"] == ("list", "127.0.0.1:9092")
    assert told["TIDEWAITER_SASL_PASSWORD"] == ("secret", "")
    assert told["TIDEWAITER_BATCH_SECONDS"] == ("number, above 0", "0.5")
    assert told["TIDEWAITER_WEB_PORT"] == ("integer, at least 0, at most 65535", "8080")
    assert told["TIDEWAITER_RULES"] == ("list of paths", "")
    assert told["TIDEWAITER_LISTS"] == ("list of NAME=VALUE", "")
    assert told["TIDEWAITER_BUILTIN_RULES"] == ("true or false", "true")
    assert settings["TIDEWAITER_RULE_BOOK"]["choices"] == ["either", "published", "own"]


def test_the_defaults_that_are_shown_are_what_a_variable_may_be_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in map(json.loads, described("--json").splitlines()):
        if one["default"]:
            monkeypatch.setenv(one["variable"], one["default"])
    assert load() == Settings()


def test_settings_are_described_where_one_of_them_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEWAITER_PARTITIONS", "many")
    assert "TIDEWAITER_PARTITIONS" in described()


def test_the_document_is_what_the_settings_say() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == described("--markdown"), "run make schemas"


def test_every_group_begins_with_a_setting() -> None:
    assert set(GROUPS) <= set(Settings.model_fields)
    assert next(iter(GROUPS)) == next(iter(Settings.model_fields))


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_every_jurisdiction_with_packaged_law_is_named_where_one_is_chosen(jurisdiction: str) -> None:
    settings, command = (
        Settings.model_fields["jurisdictions"].description or "",
        CliRunner().invoke(app, ["screen", "-h"]),
    )
    chart = json.loads((ROOT / "deploy/kubernetes/tidewaiter/values.schema.json").read_text(encoding="utf-8"))
    in_chart = chart["properties"]["settings"]["properties"]["jurisdictions"]["description"]
    for text in (settings, in_chart, command.stdout):
        assert re.search(rf"\b{jurisdiction}\b", text), text
