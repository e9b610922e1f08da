"""Writes schemas/conformance/: cases that the helpers of the contract pass in every language.

`python -m tests.conformance` writes the files, which are the same each time. The tests of each client read them.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tidewaiter.wire.chain import HEADER, Chain, signed
from tidewaiter.wire.cloudevents import VERDICT_TYPE, canonical
from tidewaiter.wire.signing import SigningKey
from tidewaiter_schemas import Verdict
from tidewaiter_schemas.in_force import HEADER as IN_FORCE
from tidewaiter_schemas.in_force import MOST_REMEMBERED, VerdictsInForce, read_verdict
from tidewaiter_schemas.verifying import Verifier

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "schemas" / "conformance"
PAYLOADS: Final = ROOT / "tests" / "unit" / "payloads"
SOURCE, TIME = "/erp/hamburg", "2026-11-02T09:00:00.123456Z"
_IDS: Final = UUID("5c7a3f0a-4d5b-4c27-9f3e-6f0f8f0a1b2c")
_EVENT: Final[dict[str, Any]] = {"id": "SO-118", "occurred_at": "2026-11-02T09:00:00+01:00", "kind": "sale"}

Pairs = list[list[str | None]]


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def files() -> dict[str, str]:
    """Return the content of each file by its name."""
    content: dict[str, object] = {"transfers.json": transfers(), "in-force.json": in_force(), "chains.json": chains()}
    return {name: _a_case_a_line(cases) + "\n" for name, cases in content.items()}


def _a_case_a_line(content: object) -> str:
    if isinstance(content, dict):
        fields = (f"{json.dumps(name)}: {_a_case_a_line(value)}" for name, value in content.items())
        return "{\n" + ",\n".join(fields) + "\n}"
    if isinstance(content, list):
        return "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in content) + "\n]"
    return json.dumps(content)


# Producers


def transfers() -> dict[str, Any]:
    """Return transfers, each with the field that a producer's helper must name, or none for one that it sends."""
    golden = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((PAYLOADS / "transfer").iterdir())
    }
    party = {"role": "transferee", "name": "Ri Je Son"}
    wrong = {
        "a misspelled field of a party": ("/parties/0/rolle", {**_EVENT, "parties": [{**party, "rolle": "x"}]}),
        "a field of no contract": ("/destination", {**_EVENT, "destination": "KP"}),
        "no kind": ("/kind", {name: value for name, value in _EVENT.items() if name != "kind"}),
        "no id": ("/id", {**_EVENT, "id": ""}),
        "a time without an offset": ("/occurred_at", {**_EVENT, "occurred_at": "2026-11-02T09:00:00"}),
        "a number for a time": ("/occurred_at", {**_EVENT, "occurred_at": 1_793_606_400}),
        "a country of three letters": ("/parties/0/countries/0", {**_EVENT, "parties": [{**party, "countries": ["PRK"]}]}),
        "an amount below nothing": ("/funds/amount", {**_EVENT, "funds": {"amount": -1, "currency": "EUR"}}),
        "an item that is a text": ("/items/0", {**_EVENT, "items": ["wine"]}),
        "not one transfer": ("", [_EVENT]),
    }  # fmt: skip
    cases = [{"name": name, "transfer": event, "wrong": None} for name, event in golden.items()]
    cases += [{"name": name, "transfer": event, "wrong": place} for name, (place, event) in wrong.items()]
    return {"source": SOURCE, "time": TIME, "cases": cases}


# Verdicts in force


def in_force() -> list[dict[str, Any]]:
    """Return sequences of verdicts: which of them are in force when they arrive, and the state in the end."""
    draw = random.Random(118)
    sequences = {
        "copies": ["v1", "v1", "v2", "v1", "v2"],
        "a copy of the first after a rescreening": ["v1", "v1 anew", "v1", "v1 anew"],
        "a rescreening of an earlier version": ["v1", "v2", "v1 anew", "v2 anew"],
        "a rescreening whose first verdict comes late": ["v1 anew", "v1"],
        "a rescreening of a verdict with a disposition": ["v1 suppressed", "v1 anew", "v1 suppressed"],
        "a disposition after a rescreening": ["v1", "v1 anew", "v1 suppressed", "v2"],
        "more than are remembered": [f"v{number}" for number in range(MOST_REMEMBERED + 6)] + ["v0", "v60"],
        "by chance": [f"v{draw.randrange(9)}{draw.choice(['', '', ' anew', ' suppressed'])}" for _ in range(60)],
        # With the header: the offset of the transfer, and when the rule book was put in force.
        "a transfer that returns to its first version": ["v1@7,5", "v2@8,5", "v1@7,5", "v1@9,5", "v1@9,5"],
        "a rescreening of a verdict by another engine": ["v1@7,5", "v2 anew@7,6", "v1@7,5"],
        "a worker that writes late": ["v2@7,6", "v1@7,5", "v2@7,6"],
        "rescreenings that end in another order": ["v1@7,5", "v2 anew@7,7", "v1 anew@7,6"],
        "a disposition on the same offset": ["v1@7,5", "v1 suppressed@7,5", "v1@7,5"],
        "a partition that has become another": ["v1@7,5", "v2@2,5 transfers/4", "v1 anew@7,6", "v3@3,5 transfers/4"],
        "an offset of nineteen digits": ["v1@9007199254740993,5", "v2@9007199254740992,5", "v3@9007199254740994,0"],
        "a header of another form": ["v1@7,5", "v2@x,5", "v3@8,5"],
        "by chance with headers": [
            f"v{draw.randrange(5)}{draw.choice(['', '', ' anew', ' suppressed'])}@{draw.randrange(6)},{draw.randrange(4)}"
            for _ in range(60)
        ],
    }
    return [{"name": name, **_taken(words)} for name, words in sequences.items()]


def _taken(words: list[str]) -> dict[str, Any]:
    tracker, steps = VerdictsInForce(), []
    for word in words:
        described, stated, position = word.partition("@")
        verdict = _verdict(*described.split())
        place, _, partition = position.partition(" ")
        content = f"{partition or 'transfers/3'}@{place.replace(',', ' ')}"
        headers: Pairs = [[IN_FORCE, content]] if stated else []
        in_force = tracker.take(whole(verdict), headers_of(headers)) is not None
        steps.append({"verdict": verdict, "headers": headers, "in_force": in_force})
    return {"steps": steps, "state": tracker.state()}


def headers_of(stated: Pairs) -> list[tuple[str, bytes]]:
    """Return the headers of a case as those of a record."""
    return [(str(name), str(content).encode()) for name, content in stated]


def _verdict(version: str, kind: str = "") -> dict[str, Any]:
    first = uuid5(_IDS, version)
    own = uuid5(first, kind) if kind else first
    verdict: dict[str, Any] = {"id": str(own), "transfer_id": "SO-118", "of_a_later_version": {"x": [1]}}
    if kind == "anew":
        verdict["rescreening"] = {"replaces": [str(first)]}
    if kind == "suppressed":
        verdict["dispositions"] = {"base": str(first), "used": []}
    return verdict


def whole(verdict: dict[str, Any]) -> Verdict:
    """Return the verdict of a case, which has only the fields that tell what is in force."""
    rescreening = {"previous_rulebook": "1" * 64, "previous_decision": "clear", "changes": []}
    content: dict[str, Any] = {
        "decision": "clear",
        "conditional": False,
        "findings": [],
        "rulebook": {"version": "1", "sha256": "2" * 64, "rule_sets": [], "lists": []},
        "engine": "tidewaiter/0.1.0",
        **verdict,
    }
    if "rescreening" in verdict:
        content["rescreening"] = rescreening | verdict["rescreening"]
    return read_verdict(json.dumps(content))


# Signatures and chains


def key_of(name: str) -> SigningKey:
    """Return a key that is the same each time."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


def chains() -> list[dict[str, Any]]:
    """Return records of verdicts with trusted keys, and the problems that a verifier tells."""
    ours, other = key_of("ours"), key_of("other")
    records = list(_written(ours))
    value, headers = records[2]
    link, signature, position = headers
    assert signature[1] is not None
    loose = [signature[0], f"{signature[1][:-20]}\n{signature[1][-20:]}"]
    far = list(_written(ours, start=9_223_372_036_854_775_000))
    cases: dict[str, tuple[str, list[tuple[str, Pairs]]]] = {
        "as they were written": (ours.public.pem, records),
        "backwards, and each twice": (ours.public.pem, [*reversed(records), *records]),
        "from the middle": (ours.public.pem, records[2:]),
        "of one of two keys": (other.public.pem + ours.public.pem, records),
        "no key": ("", records),
        "one missing": (ours.public.pem, [*records[:2], *records[3:]]),
        "one changed": ("", [*records[:2], (value.replace('"decision":"', '"decision": "', 1), headers), *records[3:]]),
        "one in another's place": (ours.public.pem, [(value, records[3][1]), *records[3:]]),
        "another key": (other.public.pem, records),
        "put in force again": (ours.public.pem, [(value, [link, signature, [IN_FORCE, "transfers/0@9 0"]])]),
        "put in force by nobody": (ours.public.pem, [(value, [link, signature])]),
        "without the header in-force": ("", [(value, [link])]),
        "no signature": (ours.public.pem, [(value, [link, position])]),
        "a signature with a line break": (ours.public.pem, [(value, [link, loose, position])]),
        "a second signature": (
            ours.public.pem,
            [(value, [link, ["signature", "ed25519 0000 AAAA"], signature, position])],
        ),
        "no link": (ours.public.pem, [(value, [signature, position])]),
        "two links": (ours.public.pem, [(value, [link, link, signature, position])]),
        "an empty link": (ours.public.pem, [(value, [["chain", None], signature, position])]),
        "offsets of nineteen digits": (ours.public.pem, far),
        "one missing of nineteen digits": ("", [far[0], *far[2:]]),
        "two chains": (ours.public.pem, [*records[1:], *_written(ours, partition=1)]),
    }
    return [
        {
            "name": name,
            "keys": keys,
            "records": [{"value": value, "headers": headers} for value, headers in taken],
            "problems": problems(keys, taken),
        }
        for name, (keys, taken) in cases.items()
    ]


def problems(keys: str, records: list[tuple[str, Pairs]]) -> list[str]:
    """Return what the verifier in Python says of records."""
    verifier = Verifier(keys.encode())
    for value, headers in records:
        pairs = [(str(name), None if content is None else content.encode()) for name, content in headers]
        verifier.take(value.encode(), pairs)
    return list(verifier.problems())


def _written(key: SigningKey, partition: int = 0, start: int = 0) -> Iterator[tuple[str, Pairs]]:
    chain = Chain()
    for offset, path in enumerate(sorted((PAYLOADS / "verdict").iterdir()), start):
        value = canonical(Verdict.model_validate_json(path.read_bytes()))
        header = chain.verdict(f"transfers/{partition}@{offset}", value)
        position = f"transfers/{partition}@{offset} 1708642800000000"
        name, signature = key.header(VERDICT_TYPE, signed(header, value, position.encode()))
        yield value.decode(), [[HEADER, header.decode()], [name, signature.decode()], [IN_FORCE, position]]


if __name__ == "__main__":
    main()
