"""Who may ask: tokens, the headers of a proxy, sessions of the console, and limits."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests import packaged
from tests.serving import Answer, Client, Served, served, tokens_file
from tidewaiter.errors import SettingsError
from tidewaiter.serve.auth.callers import Caller, Role, Via, roles_in
from tidewaiter.serve.auth.proxy import TrustedProxy
from tidewaiter.serve.auth.tokens import TokenFile, as_yaml, new_token, read_tokens
from tidewaiter.serve.gate import same_origin
from tidewaiter.settings import Settings

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def tokens(tmp_path: Path) -> dict[str, str]:
    return tokens_file(tmp_path / "tokens.yaml")


def running(tmp_path: Path, tokens: dict[str, str], **settings: Any) -> Iterator[Served]:
    whole = Settings(
        serve_database=f"sqlite:///{tmp_path}/serve.db", serve_tokens_file=tmp_path / "tokens.yaml", **settings
    )
    with served(whole, packaged.screener(), tokens) as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, tokens: dict[str, str]) -> Iterator[Served]:
    yield from running(tmp_path, tokens)


@pytest.fixture
def behind_a_proxy(tmp_path: Path, tokens: dict[str, str]) -> Iterator[Served]:
    yield from running(tmp_path, tokens, serve_proxy_addresses="127.0.0.1")


# Tokens


def test_the_file_has_no_token_and_only_its_owner_is_found(tmp_path: Path, tokens: dict[str, str]) -> None:
    path = tmp_path / "tokens.yaml"
    assert not any(text in path.read_text() for text in tokens.values())
    file = TokenFile(path)
    assert file.caller(tokens["analyst"]) == Caller("analyst", frozenset({Role.ANALYST}), Via.TOKEN)
    for wrong in ("", "tw_", tokens["analyst"][:-1], tokens["analyst"].upper(), "é\ud800", "a" * 10_000):
        assert file.caller(wrong) is None


def test_a_token_that_is_withdrawn_or_expired_is_refused_without_a_restart(
    tmp_path: Path, server: Served, tokens: dict[str, str]
) -> None:
    client, path = server.client, tmp_path / "tokens.yaml"
    assert client.get("/v1/rulebook", "auditor").status == 200
    kept = new_token("late", (Role.AUDITOR,), datetime.now(UTC) + timedelta(seconds=4))
    path.write_text(as_yaml(kept.row))
    assert _soon(lambda: client.get("/v1/rulebook", "auditor").status == 401)
    client.tokens = {**tokens, "late": kept.text}
    assert client.get("/v1/rulebook", "late").status == 200
    assert _soon(lambda: client.get("/v1/rulebook", "late").status == 401)


def test_a_file_that_is_damaged_while_it_runs_changes_nothing(
    tmp_path: Path, server: Served, tokens: dict[str, str]
) -> None:
    (tmp_path / "tokens.yaml").write_text("- name: [")
    time.sleep(1.2)
    assert server.client.get("/v1/rulebook", "auditor").status == 200


def _soon(holds: Callable[[], bool], within: float = 30.0) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "name: a",
        "- name: a",
        "- {name: a, roles: [], sha256: 0}",
        f"- {{name: a, roles: [king], sha256: {'0' * 64}}}",
        f'- {{name: "a\\nb", roles: [analyst], sha256: {"0" * 64}}}',
        f"- {{name: a, roles: [analyst], sha256: {'0' * 64}}}\n- {{name: b, roles: [analyst], sha256: {'0' * 64}}}",
        f"- {{name: a, roles: [analyst], roles: [approver], sha256: {'0' * 64}}}",
        f"- {{name: !name a, roles: [analyst], sha256: {'0' * 64}}}",
    ],
)
def test_a_file_that_cannot_be_used_ends_the_start_and_says_where(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"tokens\.yaml(:\d)?: "):
        read_tokens(path)


def test_a_name_that_yaml_takes_for_a_truth_value_is_a_name(tmp_path: Path) -> None:
    (tmp_path / "tokens.yaml").write_text(f"- {{name: NO, roles: [analyst], sha256: {'0' * 64}}}")
    assert [row.name for row in read_tokens(tmp_path / "tokens.yaml")] == ["NO"]


# The proxy


def test_the_headers_of_a_proxy_are_believed_from_its_addresses_alone() -> None:
    proxy = TrustedProxy(Settings(serve_proxy_addresses="10.1.0.0/16,fd00::7"))
    sent = {"x-auth-request-user": "ann", "x-auth-request-groups": "tidewaiter-analyst, staff,APPROVER"}
    expected = Caller("ann", frozenset({Role.ANALYST, Role.APPROVER}), Via.PROXY)
    for peer in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::7"):
        assert proxy.caller(peer, sent) == expected
    for peer in ("10.2.0.1", "127.0.0.1", "fd00::8", "", "localhost", "10.1.2.3, 10.2.0.1"):
        assert proxy.caller(peer, sent) is None
    for name in ("", "  ", "a\nb", "a" * 201):
        assert proxy.caller("10.1.2.3", sent | {"x-auth-request-user": name}) is None
    assert TrustedProxy(Settings()).caller("127.0.0.1", sent) is None


def test_without_the_setting_nobody_is_recognised_by_a_header(server: Served) -> None:
    headers = {"X-Auth-Request-User": "ann", "X-Auth-Request-Groups": "approver"}
    assert server.client.ask("GET", "/v1/queue", headers=headers).status == 401


def test_a_user_of_the_proxy_has_the_roles_that_it_names(behind_a_proxy: Served) -> None:
    client = behind_a_proxy.client
    headers = {"X-Auth-Request-User": "ann", "X-Auth-Request-Groups": "tidewaiter-auditor"}
    assert client.ask("GET", "/v1/queue", headers=headers).status == 200
    assert client.ask("GET", "/v1/queue", headers={"X-Auth-Request-User": "ann"}).status == 403
    # A page of another site makes the browser of somebody logged in at the proxy send this.
    forged = headers | {"Sec-Fetch-Site": "cross-site"}
    assert client.ask("POST", "/v1/names", None, {"names": ["x"]}, forged).problem == "cross-origin"


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1/8", ""])
def test_a_setting_that_trusts_everybody_or_nobody_in_particular_is_refused(network: str) -> None:
    if not network:
        assert not TrustedProxy(Settings(serve_proxy_addresses=network)).enabled
        return
    with pytest.raises(ValueError, match="serve_proxy_addresses"):
        Settings(serve_proxy_addresses=network)


def test_roles_that_are_not_known_are_ignored() -> None:
    assert roles_in(["root", "tidewaiter-", "tidewaiter-tidewaiter-analyst", "analyst "]) == {Role.ANALYST}


# Sessions


def logged_in(client: Client, role: str) -> str:
    answer = log_in(client, client.tokens[role])
    assert answer.status == 303
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    return answer.headers["set-cookie"].partition(";")[0]


def log_in(client: Client, token: str, then: str = "/") -> Answer:
    return client.ask("POST", "/login", None, urlencode({"token": token, "then": then}).encode(), FORM)


def csrf_of(server: Served, cookie: str) -> str:
    session = server.service.sessions.session(cookie.partition("=")[2], None)
    assert session is not None
    return session.csrf


def test_a_session_changes_nothing_without_its_own_token(server: Served) -> None:
    client = server.client
    cookie, other = logged_in(client, "analyst"), logged_in(client, "approver")
    for field in ("", "x", csrf_of(server, other), cookie.partition("=")[2]):
        body = urlencode({"csrf_token": field}).encode()
        assert client.ask("POST", "/logout", None, body, FORM | {"Cookie": cookie}).problem == "forged"
    good = FORM | {"Cookie": cookie, "X-CSRF-Token": csrf_of(server, cookie)}
    assert client.ask("POST", "/logout", None, b"", good | {"Origin": "https://evil.example"}).problem == "cross-origin"
    assert client.ask("POST", "/logout", None, b"", good).status == 303
    again = client.ask("POST", "/logout", None, b"", good)
    assert (again.status, again.headers["location"].rpartition("/login")[1]) == (303, "/login")


def test_a_session_opens_no_route_of_the_api(server: Served) -> None:
    cookie = logged_in(server.client, "approver")
    assert server.client.ask("GET", "/v1/queue", headers={"Cookie": cookie}).problem == "not-recognised"


def test_a_session_ends_with_its_token(tmp_path: Path, server: Served) -> None:
    cookie = logged_in(server.client, "analyst").partition("=")[2]
    assert server.service.sessions.session(cookie, None) is not None
    tokens_file(tmp_path / "tokens.yaml")
    assert _soon(lambda: server.service.sessions.session(cookie, None) is None)


def test_a_session_of_a_proxys_user_holds_while_the_proxy_names_the_same(behind_a_proxy: Served) -> None:
    sessions = behind_a_proxy.service.sessions
    ann, bob = (Caller(name, frozenset({Role.ANALYST}), Via.PROXY) for name in ("ann", "bob"))
    cookie, _ = sessions.of_proxy(ann)
    held = sessions.session(cookie, ann)
    assert held is not None
    assert held.caller == ann
    assert sessions.session(cookie, bob) is None
    assert sessions.session(cookie, None) is None


def test_the_cookie_is_not_in_the_database(tmp_path: Path, server: Served) -> None:
    cookie = logged_in(server.client, "analyst").partition("=")[2]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("serve.db*"))
    assert cookie.encode() not in stored
    assert server.client.tokens["analyst"].encode() not in stored


def test_over_https_the_cookie_is_bound_to_this_host(tmp_path: Path, tokens: dict[str, str]) -> None:
    for server in running(tmp_path, tokens, serve_https=True):
        answer = log_in(server.client, tokens["analyst"])
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1", "/a\r\nb"]
)
def test_nobody_is_led_elsewhere_after_the_login(server: Served, then: str) -> None:
    assert log_in(server.client, server.client.tokens["analyst"], then).headers["location"] == "/"


def test_tokens_cannot_be_tried_at_speed(server: Served) -> None:
    answers = [log_in(server.client, f"tw_{number}").status for number in range(30)]
    assert answers[0] == 401
    assert 429 in answers
    tried = [server.client.ask("GET", "/v1/queue", headers={"Authorization": f"Bearer tw_{n}"}) for n in range(40)]
    assert tried[0].problem == "not-recognised"
    assert tried[-1].problem == "too-often"
    assert tried[-1].headers["retry-after"] == "1"
    # Somebody with a token is not kept out by it.
    assert server.client.get("/v1/queue", "analyst").status == 200


def test_one_caller_who_asks_too_often_is_told_to_wait_and_others_are_not(
    tmp_path: Path, tokens: dict[str, str]
) -> None:
    for server in running(tmp_path, tokens, serve_requests_a_second=2.0):
        answers = [server.client.get("/v1/rulebook", "producer") for _ in range(12)]
        assert answers[0].status == 200
        assert answers[-1].problem == "too-often"
        assert server.client.get("/v1/rulebook", "auditor").status == 200


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://console.example", "host": "console.example"}, True),
        ({"origin": "https://evil.example", "host": "console.example"}, False),
        ({"origin": "null", "host": "console.example"}, False),
    ],
)
def test_requests_from_pages_of_other_sites_are_told_apart(headers: dict[str, str], same: bool) -> None:
    assert same_origin(headers) is same


# Who asked


def test_who_asked_is_recorded_without_names_of_parties(
    server: Served, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    client = server.client
    assert client.post("/v1/names", "producer", {"names": ["Kim Jong Un"]}).status == 200
    client.get("/v1/verdicts?transfer=Kim%20Jong%20Un", "analyst")
    client.get("/v1/rules/KP-TO-LUX", "analyst")
    client.get("/v1/verdicts/Kim%20Jong%20Un", "analyst")
    client.get("/Kim%20Jong%20Un", "analyst")
    assert _soon(lambda: _flushed(server))
    rows = client.get("/v1/access", "auditor").json["access"]
    asked = {(row["caller"], row["route"], row["status"], row["subject"]) for row in rows}
    assert ("producer", "/v1/names", 200, None) in asked
    assert ("analyst", "/v1/rules/{id}", 200, "KP-TO-LUX") in asked
    assert ("analyst", "other", 404, None) in asked
    assert "Kim" not in repr(rows)
    said = "".join(capfd.readouterr())
    assert "Kim" not in said
    assert "Kim" not in _metrics(server)


def _flushed(server: Served) -> bool:
    import asyncio

    asyncio.run_coroutine_threadsafe(server.service.access.flush(), server.loop).result(10)
    return bool(server.client.get("/v1/access", "auditor").json["access"])


def _metrics(server: Served) -> str:
    from prometheus_client import generate_latest

    text = generate_latest(server.service.metrics.registry).decode()
    assert 'route="/v1/names"' in text
    return text


def test_a_token_is_printed_once_and_the_file_has_its_hash(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from tidewaiter.cli import app

    path = tmp_path / "tokens.yaml"
    for name in ("ann", "bob"):
        done = CliRunner().invoke(app, ["tokens", "new", name, "--role", "analyst", "--into", str(path), "--days", "3"])
        assert done.exit_code == 0, done.output
        text = done.stdout.strip().splitlines()[-1]
        assert text not in path.read_text()
        found = TokenFile(path).row(text)
        assert found is not None
        assert (found.name, found.roles) == (name, (Role.ANALYST,))
        assert found.expires_at is not None
    assert os.linesep.join(row.name for row in read_tokens(path)) == os.linesep.join(("ann", "bob"))


def test_without_the_packages_the_command_and_the_demonstration_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tidewaiter.commands import demo_serve, serve
    from tidewaiter.errors import TidewaiterError

    assert serve.missing_packages() == []
    monkeypatch.setattr(serve, "_PACKAGES", ("fastapi", "not_there_at_all"))
    with pytest.raises(TidewaiterError, match=r"not_there_at_all.*pip install 'tidewaiter\[serve\]'"):
        serve.check_installed()
    with demo_serve.demo_serve("127.0.0.1:9") as api:
        assert "pip install 'tidewaiter[serve]'" in api.why
        assert not api.address
