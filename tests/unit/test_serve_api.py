"""The HTTP API: what it answers, to whom, and that it never quotes what it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import packaged
from tests.serving import TOPICS, Client, Served, served, tokens_file
from tests.station import transfer
from tidewaiter.serve import openapi
from tidewaiter.serve.api.screening import MOST, elements
from tidewaiter.serve.problems import Problem
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import canonical
from tidewaiter_schemas.transfer import TransferEvent

SECRET = "Ri Hidden-Name 1962"
"""In what is sent, and never in what is answered, logged or counted."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("serve")
    tokens = tokens_file(folder / "tokens.yaml")
    settings = Settings(
        serve_database=f"sqlite:///{folder}/serve.db",
        serve_tokens_file=folder / "tokens.yaml",
        serve_max_body_bytes=4_000_000,
    )
    screener = packaged.screener()
    with served(settings, screener, tokens) as running:
        transfers = [transfer(number) for number in range(30)]
        verdicts = screener.screen([TransferEvent.model_validate(each) for each in transfers])
        running.take(*((TOPICS.verdicts, verdict) for verdict in verdicts))
        yield running


@pytest.fixture
def client(server: Served) -> Client:
    return server.client


def test_a_screened_transfer_has_the_bytes_that_the_stream_writes(client: Client) -> None:
    sent = transfer(10)
    answer = client.post("/v1/screen", "producer", sent)
    (verdict,) = packaged.screener().screen([TransferEvent.model_validate(sent)])
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.body == canonical(verdict)


def test_many_transfers_are_answered_in_order_and_one_that_is_none_costs_no_other_its_verdict(client: Client) -> None:
    sent = [transfer(number) for number in range(100)]
    body = json.dumps([*sent[:50], {"id": SECRET}, *sent[50:]])
    answer = client.post("/v1/screen", "producer", body.encode())
    verdicts = packaged.screener().screen([TransferEvent.model_validate(each) for each in sent])
    given = answer.json
    assert given.pop(50)["type"] == "urn:tidewaiter:problem:not-a-transfer"
    assert given == [json.loads(canonical(verdict)) for verdict in verdicts]
    assert b",".join(canonical(verdict) for verdict in verdicts[:50]) in answer.body
    assert SECRET.encode() not in answer.body


@pytest.mark.parametrize(
    "text",
    ['[1.10, {"a": 1e400}]', '[ {"a":1,"a":2} , "]" ,[[]] ]', "[]", " \n[ ] ", '["\\u005d,", 0.30000000000000004]'],
)
def test_elements_of_an_array_keep_their_bytes(text: str) -> None:
    found = elements(text.encode())
    inside = text.strip().removeprefix("[").removesuffix("]")
    assert all(each.decode() in inside for each in found)
    assert sum(len(each) for each in found) == len(inside) - sum(
        len(gap) for gap in _between(inside, [each.decode() for each in found])
    )


def _between(text: str, parts: list[str]) -> list[str]:
    """The text around the parts, which must be spaces and one comma between two of them."""
    gaps, at = [], 0
    for part in parts:
        begin = text.index(part, at)
        gaps.append(text[at:begin])
        at = begin + len(part)
    gaps.append(text[at:])
    assert [gap.strip() for gap in gaps[1:-1]] == [","] * max(0, len(parts) - 1)
    return gaps


@pytest.mark.parametrize(
    "body",
    [b"[", b"[1,]", b"[1 2]", b"[1],", b"[1]]", b"[" * 100_000, b"[\xff]", b'["\\ud800"', b"[,]", b"[1,,2]", b"[nan"],
)
def test_what_is_no_array_is_refused(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        elements(body)
    assert refused.value.kind == "not-a-transfer"


def test_more_than_a_thousand_are_refused(client: Client) -> None:
    body = b"[" + b",".join([json.dumps(transfer(1)).encode()] * (MOST + 1)) + b"]"
    assert client.post("/v1/screen", "producer", body).problem == "too-many"


ROLES: dict[tuple[str, str], set[str]] = {
    ("POST", "/v1/screen"): {"producer", "analyst", "approver"},
    ("GET", "/v1/verdicts"): {"analyst", "approver", "auditor"},
    ("GET", "/v1/verdicts/{id}"): {"analyst", "approver", "auditor"},
    ("GET", "/v1/queue"): {"analyst", "approver", "auditor"},
    ("GET", "/v1/queue/summary"): {"analyst", "approver", "auditor"},
    ("PUT", "/v1/verdicts/{id}/assignment"): {"analyst", "approver"},
    ("POST", "/v1/dispositions"): {"analyst", "approver"},
    ("POST", "/v1/dispositions/{id}/approval"): {"approver"},
    ("POST", "/v1/dispositions/{id}/withdrawal"): {"analyst", "approver"},
    ("GET", "/v1/access"): {"auditor"},
    ("GET", "/v1/rulebook"): {"producer", "analyst", "approver", "auditor"},
    ("GET", "/v1/rules"): {"producer", "analyst", "approver", "auditor"},
    ("GET", "/v1/rules/{id}"): {"producer", "analyst", "approver", "auditor"},
    ("GET", "/v1/entries/{list_id}/{entry_id}"): {"producer", "analyst", "approver", "auditor"},
    ("POST", "/v1/names"): {"producer", "analyst", "approver", "auditor"},
}


def test_every_route_has_its_roles_here() -> None:
    paths = json.loads(openapi.document())["paths"]
    assert {(method.upper(), path) for path, methods in paths.items() for method in methods} == set(ROLES)


@pytest.mark.parametrize(("method", "path"), ROLES, ids=lambda part: part.replace("/v1/", ""))
def test_a_caller_without_the_role_is_refused_and_one_without_a_token_too(
    client: Client, method: str, path: str
) -> None:
    path = path.replace("{id}", "0912e302-c2af-51ad-831d-0b7a094a8f77")
    body: dict[str, str] | None = {} if method != "GET" else None
    assert client.ask(method, path, None, body).problem == "not-recognised"
    for role in ("producer", "analyst", "approver", "auditor"):
        answer = client.ask(method, path, role, body)
        permitted = role in ROLES[method, path.replace("0912e302-c2af-51ad-831d-0b7a094a8f77", "{id}")]
        assert (answer.status == 403) is not permitted, (role, answer.status)


def wrong(method: str, path: str, role: str | None, kind: str, status: int, body: Any = None, **more: str) -> Any:
    return pytest.param(method, path, role, kind, status, body, more, id=f"{kind}-{path}")


@pytest.mark.parametrize(
    ("method", "path", "role", "kind", "status", "body", "headers"),
    [
        wrong("GET", "/nowhere", None, "not-found", 404),
        wrong("GET", "/v1/nowhere", "analyst", "not-found", 404),
        wrong("GET", f"/v1/verdicts/{SECRET.replace(' ', '%20')}", "analyst", "no-such-verdict", 404),
        wrong("GET", "/v1/rules/NONE", "analyst", "no-such-rule", 404),
        wrong("GET", "/v1/rules/KP-TO-LUX?on=2024-02-30", "analyst", "not-valid", 422),
        wrong("GET", "/v1/entries/sample/none", "analyst", "no-such-entry", 404),
        wrong("DELETE", "/v1/verdicts", "analyst", "method-not-allowed", 405),
        wrong("GET", "/v1/verdicts?limit=0", "analyst", "not-valid", 422),
        wrong("GET", "/v1/verdicts?cursor=%00", "analyst", "not-valid", 422),
        wrong("GET", "/v1/verdicts?since=yesterday", "analyst", "not-valid", 422),
        wrong("POST", "/v1/screen", "producer", "not-a-transfer", 422, b""),
        wrong("POST", "/v1/screen", "producer", "not-a-transfer", 422, {"id": SECRET, SECRET: 1}),
        wrong("POST", "/v1/screen", "producer", "not-a-transfer", 422, b'{"id":"a","id":"b"}'),
        wrong("POST", "/v1/screen", "producer", "not-json", 415, b"{}", **{"Content-Type": "text/plain"}),
        wrong("POST", "/v1/screen", "producer", "too-large", 413, b" " * 4_000_001),
        wrong("POST", "/v1/screen", "producer", "transfer-too-large", 413, b'{"id":"' + b"a" * 1_048_576 + b'"}'),
        wrong("POST", "/v1/names", "producer", "not-valid", 422, {"names": [SECRET] * 21}),
        wrong("POST", "/v1/names", "producer", "not-valid", 422, {"birth_date": SECRET}),
        wrong("POST", "/v1/names", "producer", "not-valid", 422, b"{"),
        wrong("POST", "/v1/dispositions", "analyst", "not-valid", 422, {"judgement": SECRET}),
        wrong("GET", "/v1/verdicts", None, "not-recognised", 401, Authorization="Bearer tw_stolen"),
        wrong("GET", "/v1/verdicts", None, "not-recognised", 401, Authorization="Basic YTpi"),
        wrong("POST", "/v1/screen", "producer", "cross-origin", 403, {}, Origin="https://evil.example"),
        wrong("POST", "/v1/screen", "producer", "cross-origin", 403, {}, **{"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_every_error_is_a_problem_that_does_not_quote_what_was_sent(
    client: Client, method: str, path: str, role: str | None, kind: str, status: int, body: Any, headers: Any
) -> None:
    answer = client.ask(method, path, role, body, headers)
    assert (answer.status, answer.problem) == (status, kind)
    assert set(answer.json) <= {"type", "title", "status", "detail", "errors"}
    assert SECRET.encode() not in answer.body
    assert "stolen" not in answer.body.decode()


def test_an_error_of_ours_is_told_without_its_message(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ArithmeticError(SECRET)

    monkeypatch.setattr(server.service.projector, "caught_up", None)
    answer = server.client.get("/v1/queue", "analyst")
    assert (answer.status, answer.problem) == (500, "internal")
    monkeypatch.undo()
    monkeypatch.setattr("tidewaiter.serve.desk.canonical", fails)
    answer = server.client.post("/v1/screen", "producer", transfer(1))
    assert (answer.status, answer.problem) == (500, "engine-failed")
    assert SECRET.encode() not in answer.body


def test_pages_of_verdicts_have_each_once_and_filters_hold(client: Client) -> None:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"/v1/verdicts?limit=7{'&cursor=' + cursor if cursor else ''}", "auditor").json
        found += [each["verdict"]["transfer_id"] for each in page["verdicts"]]
        cursor = page["next"]
    assert sorted(found) == [f"transfer-{number:06d}" for number in range(30)]
    blocked = client.get("/v1/verdicts?decision=block&decision=review", "auditor").json["verdicts"]
    assert {each["verdict"]["transfer_id"] for each in blocked} == {f"transfer-{n:06d}" for n in (0, 10, 20)}
    rule = blocked[0]["verdict"]["findings"][0]
    for query in (f"rule={rule['rule']}", f"list={rule['rule_set']}"):
        assert len(client.get(f"/v1/verdicts?{query}", "auditor").json["verdicts"]) == 3
    assert client.get("/v1/verdicts?since=2030-01-01T00:00:00Z", "auditor").json["verdicts"] == []


def test_a_name_is_explained_by_its_words_and_its_score_as_a_sum(client: Client) -> None:
    answer = client.post("/v1/names", "producer", {"names": ["Kim Jong Un"], "type": "person"}).json
    first = answer["matches"][0]
    assert first["listed_name"] == "KIM, Jong Un"
    assert [(word["asked"].lower(), word["kind"]) for word in first["words"]] == [
        ("kim", "same"),
        ("jong", "same"),
        ("un", "same"),
    ]
    assert first["score"] == pytest.approx(min(1.0, sum(each["weight"] for each in first["features"])))
    assert client.post("/v1/names", "producer", {"names": ["Nobody Whatever"]}).json["matches"] == []


def test_a_verdict_is_shown_with_its_place_in_the_chain(client: Client) -> None:
    (found,) = client.get("/v1/verdicts?transfer=transfer-000010", "analyst").json["verdicts"]
    details = client.get(f"/v1/verdicts/{found['verdict']['id']}", "analyst").json
    assert details["verdict"] == found["verdict"]
    assert details["chain"]["transfer"] == "transfers/0@10"
    assert details["state"] == "open"
    before = client.get("/v1/verdicts?transfer=transfer-000009", "analyst").json["verdicts"][0]
    assert details["chain"]["before"] == before["chain"]["link"]


def test_answers_carry_the_headers_that_keep_browsers_from_mischief(client: Client) -> None:
    for path in ("/v1/openapi.json", "/login", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_the_committed_document_is_what_the_application_says_of_itself() -> None:
    assert Path("schemas/openapi.json").read_text(encoding="utf-8") == openapi.document()
