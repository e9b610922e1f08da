"""The published contract is what the models say, and an event that breaks it is refused by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from pydantic import BaseModel, ValidationError

from tests import released
from tests.unit.schema_compatibility import narrowings
from tidewaiter import __version__
from tidewaiter.commands.screen_lines import screen_lines
from tidewaiter.release.assembly import assemble
from tidewaiter.screening.screener import Screener
from tidewaiter.settings import Settings
from tidewaiter.stream import topics
from tidewaiter.wire import cloudevents
from tidewaiter_schemas import TransferEvent, Verdict, export, reference
from tidewaiter_schemas.in_force import read_verdict
from tidewaiter_schemas.transfer import MAX_CONNECTED, MAX_LEVELS

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
SAMPLES = ROOT / "service" / "tidewaiter" / "samples" / "transfers.jsonl"
PAYLOADS = Path(__file__).parent / "payloads"
DOCUMENTS = {document.name: document for document in export.DOCUMENTS}


def published(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((SCHEMAS / "json" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def golden() -> Iterator[Any]:
    for path in sorted(PAYLOADS.glob("*/*.json")):
        yield pytest.param(path.parent.name, path, id=f"{path.parent.name}/{path.stem}")


def sample_transfers() -> Iterator[Any]:
    for line in SAMPLES.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        yield pytest.param(event, id=event["id"])


def transfer(**changes: Any) -> dict[str, Any]:
    return {"id": "t-1", "occurred_at": "2024-02-18T00:00:00Z", "kind": "gift", **changes}


def complaints(event: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        TransferEvent.model_validate_json(json.dumps(event))
    return "; ".join("/".join(map(str, e["loc"])) + ": " + e["msg"] for e in caught.value.errors())


# --- the files ------------------------------------------------------------------------------------------------


def test_the_committed_files_are_what_the_models_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--check"]) == 0, capsys.readouterr().err


def test_a_check_names_each_file_that_differs_and_how_to_mend_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export.main(["--into", str(tmp_path)])
    (tmp_path / "asyncapi.yaml").unlink()
    changed = tmp_path / "json" / "verdict.schema.json"
    changed.write_text(changed.read_text() + "\n")
    capsys.readouterr()

    assert export.main(["--check", "--into", str(tmp_path)]) == 1

    errors = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in errors] == [str(changed), str(tmp_path / "asyncapi.yaml")]
    assert not (tmp_path / "asyncapi.yaml").exists()


def test_no_file_is_left_over_from_a_model_that_is_gone() -> None:
    present = {path.relative_to(SCHEMAS).as_posix() for path in (*SCHEMAS.glob("json/*.json"), *SCHEMAS.glob("avro/*"))}
    assert present | {"asyncapi.yaml"} == set(export.files())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_schema_is_valid_2020_12_and_has_a_name_that_is_no_address(name: str) -> None:
    schema = published(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:tidewaiter:schema:{name}:1"


# --- payloads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "path"), list(golden()))
def test_a_golden_payload_is_read_by_the_schema_and_by_the_model_and_written_back(name: str, path: Path) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(published(name), format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)
    model = DOCUMENTS[name].model
    read = model.model_validate_json(path.read_bytes())
    written = read.model_dump_json(exclude_unset=True)
    assert model.model_validate_json(written) == read
    Draft202012Validator(published(name)).validate(json.loads(written))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_golden_payloads_use_every_field_there_is(name: str) -> None:
    used: set[str] = set()

    def walk(value: object, schema: dict[str, Any], root: dict[str, Any]) -> None:
        for choice in schema.get("anyOf", [schema]):
            target = root["$defs"][choice["$ref"].split("/")[-1]] if "$ref" in choice else choice
            if isinstance(value, dict) and "properties" in target:
                for key, inner in value.items():
                    used.add(f"{target['title']}.{key}")
                    walk(inner, target["properties"][key], root)
            elif isinstance(value, list) and "items" in target:
                for inner in value:
                    walk(inner, target["items"], root)

    schema = published(name)
    for path in (PAYLOADS / name).glob("*.json"):
        walk(json.loads(path.read_text(encoding="utf-8")), schema, schema)
    objects = [schema, *(d for d in schema.get("$defs", {}).values() if "properties" in d)]
    manifest = {f"{d['title']}.{key}" for d in objects for key in d["properties"]}
    if name == "verdict":  # the manifest inside it has payloads of its own
        manifest = {field for field in manifest if not field.startswith(("RuleSetVersion.", "ListVersion."))}
    assert used >= manifest


@pytest.mark.parametrize("event", list(sample_transfers()))
def test_every_sample_transfer_keeps_the_contract(event: dict[str, Any]) -> None:
    Draft202012Validator(published("transfer")).validate(event)
    TransferEvent.model_validate_json(json.dumps(event))


def test_the_verdicts_that_are_written_keep_the_contract() -> None:
    screener = Screener(assemble(Settings()))
    validator = Draft202012Validator(published("verdict"), format_checker=Draft202012Validator.FORMAT_CHECKER)
    lines = list(screen_lines(SAMPLES.read_bytes().splitlines(), screener, 1_000_000))
    assert any(line.verdict is not None and line.verdict.findings for line in lines)
    for line in lines:
        validator.validate(json.loads(line.output))
        assert Verdict.model_validate_json(line.output) == line.verdict


def test_a_consumer_that_validates_verdicts_is_not_broken_by_a_later_field() -> None:
    verdict = json.loads((PAYLOADS / "verdict" / "block.json").read_text())
    verdict["chained_to"] = "a field of a later version"
    verdict["findings"][0]["score"] = 3
    Draft202012Validator(published("verdict")).validate(verdict)
    read = read_verdict(json.dumps(verdict))
    assert read == Verdict.model_validate_json((PAYLOADS / "verdict" / "block.json").read_bytes())


def test_the_reference_is_what_the_models_say() -> None:
    text = (ROOT / "docs" / "contract-reference.md").read_text(encoding="utf-8")
    assert text == reference.markdown(), "run make schemas"
    for document in export.DOCUMENTS:
        for name in export.json_schema(document)["properties"]:
            assert f"`{name}`" in text


# --- what a transfer may and may not say ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        transfer(kind="time_share"),
        transfer(parties=[{"role": "drone_pilot", "name": "A"}]),
        transfer(parties=[{"role": "carrier", "type": "swarm", "name": "A"}]),
        transfer(parties=[{"role": "carrier", "identifiers": [{"type": "did", "value": "1"}]}]),
        transfer(report={"status": "rumoured"}),
    ],
    ids=["kind", "role", "party type", "identifier type", "report status"],
)
def test_a_word_nobody_has_heard_of_is_accepted(event: dict[str, Any]) -> None:
    assert not list(Draft202012Validator(published("transfer")).iter_errors(event))
    TransferEvent.model_validate_json(json.dumps(event))


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (transfer(destination="KP"), "destination"),
        (transfer(route={"destinaton": {"country": "KP"}}), "route/destinaton"),
        (transfer(parties=[{"role": "carrier", "name": "A", "nationality": "KP"}]), "parties/0/nationality"),
        (transfer(items=[{"hscode": "8703"}]), "items/0/hscode"),
    ],
)
def test_a_field_we_do_not_know_is_refused_by_name(event: dict[str, Any], field: str) -> None:
    assert field in complaints(event)
    errors = list(Draft202012Validator(published("transfer")).iter_errors(event))
    assert any(repr(field.rsplit("/", maxsplit=1)[-1]) in error.message for error in errors)


def test_a_producers_own_fields_have_a_place_of_their_own() -> None:
    event = TransferEvent.model_validate(transfer(extensions={"booking": {"number": 7}}))
    assert event.extensions == {"booking": {"number": 7}}


@pytest.mark.parametrize(
    ("code", "hint"),
    [("NK", "KP"), ("DP", "KP"), ("UK", "GB"), ("EL", "GR"), ("EU", "member State"), ("PRK", "two letters")],
)
def test_a_country_code_written_by_mistake_is_refused_with_the_one_that_was_meant(code: str, hint: str) -> None:
    message = complaints(transfer(route={"destination": {"country": code}}))
    assert message.startswith("route/destination/country")
    assert repr(code) in message
    assert hint in message


def test_a_country_code_is_read_in_either_case() -> None:
    event = TransferEvent.model_validate(transfer(route={"destination": {"country": " kp "}}))
    assert event.route is not None
    assert event.route.destination is not None
    assert event.route.destination.country == "KP"


def chain_of(levels: int) -> list[dict[str, Any]]:
    owners: list[dict[str, Any]] = []
    for level in range(levels):
        owners = [{"name": f"Owner {level}", "owned_by": owners}]
    return owners


@pytest.mark.parametrize("field", ["owned_by", "controlled_by", "acting_for"])
@pytest.mark.parametrize(
    "owners",
    [chain_of(MAX_LEVELS + 1), [{"name": "A"}] * (MAX_CONNECTED + 1), [{"name": "A", "owned_by": [{"name": "B"}] * 250}] * 2],
    ids=["too deep", "too many", "too many together"],
)  # fmt: skip
def test_who_stands_behind_a_party_is_bounded(field: str, owners: list[dict[str, Any]]) -> None:
    message = complaints(transfer(parties=[{"role": "transferee", "name": "A", field: owners}]))
    assert f"more than {MAX_CONNECTED}" in message
    assert f"more than {MAX_LEVELS} levels" in message


def test_a_chain_within_the_bounds_is_read_to_its_end() -> None:
    event = transfer(parties=[{"role": "transferee", "name": "A", "owned_by": chain_of(MAX_LEVELS)}])
    Draft202012Validator(published("transfer")).validate(event)
    TransferEvent.model_validate_json(json.dumps(event))


def test_a_chain_without_end_is_a_dead_letter_and_not_a_crash() -> None:
    owner = '{"name":"A","owned_by":['
    value = f'{{"id":"t","occurred_at":"2024-01-01T00:00:00Z","kind":"sale","parties":[{{"role":"transferee","name":"A","owned_by":[{owner * 50_000}{"]}" * 50_000}]}}]}}'
    with pytest.raises(cloudevents.NotATransfer):
        cloudevents.decode(value.encode(), None, 10_000_000)


@pytest.mark.parametrize("number", ["0E+99999999", "0E-1000000000", "1E-999999999", "1E-1001", "0." + "3" * 1_001])
@pytest.mark.parametrize("field", ["quantity", "value", "funds", "share"])
def test_a_number_that_nothing_can_hold_written_out_is_refused_by_name(field: str, number: str) -> None:
    money = {"amount": number, "currency": "USD"}
    event = {
        "quantity": lambda: transfer(items=[{"quantity": number}]),
        "value": lambda: transfer(items=[{"value": money}]),
        "funds": lambda: transfer(funds=money),
        "share": lambda: transfer(
            parties=[{"role": "vessel", "name": "A", "owned_by": [{"name": "B", "share": number}]}]
        ),
    }[field]()
    message = complaints(event)
    assert field in message
    assert "places: round it" in message or "30 digits" in message


@pytest.mark.parametrize(
    "number", ["100", "0", "33.3333333333333333333333333333333333", "1E-30", "1E+2", "0." + "3" * 900]
)
def test_a_share_of_any_precision_that_somebody_computes_is_read(number: str) -> None:
    owner = {"name": "B", "share": number}
    TransferEvent.model_validate(transfer(parties=[{"role": "vessel", "name": "A", "owned_by": [owner]}]))


def test_names_without_end_are_refused_wherever_they_stand() -> None:
    def holding(letters: int) -> dict[str, Any]:
        owner = {"name": "O" * 4_000, "owned_by": [{"name": "P" * 4_000}]}
        named = {"role": "transferee", "name": "N" * 4_000, "aliases": ["A" * 4_000], "owned_by": [owner]}
        rest = {"role": "carrier", "name": "R" * (letters - 16_000)}
        return transfer(parties=[named, rest])

    TransferEvent.model_validate(holding(20_000))
    event = transfer(parties=[{"role": "carrier", "name": "R", "aliases": ["A" * 4_000] * 5}])
    assert "names of 20,001 letters in all, and 20,000 are read" in complaints(event)
    more = holding(20_000)
    more["parties"][0]["acting_for"] = [{"name": "Z"}]
    assert "names of 20,001 letters" in complaints(more)


@pytest.mark.parametrize("date", ["1984", "1984-01", "1984-01-08"])
def test_a_date_known_in_part_stays_as_it_was_written(date: str) -> None:
    event = TransferEvent.model_validate(transfer(parties=[{"role": "end_user", "name": "A", "birth_date": date}]))
    assert event.parties[0].birth_date == date
    assert not list(Draft202012Validator(published("transfer")).iter_errors(event.model_dump(mode="json")))


@pytest.mark.parametrize("date", ["84", "1984-13", "1984-00", "1984-1", "1984-01-32", "08.01.1984", "1984-01-08T00:00"])
def test_what_is_no_date_is_refused(date: str) -> None:
    event = transfer(parties=[{"role": "end_user", "name": "A", "birth_date": date}])
    assert "YYYY" in complaints(event)
    assert list(Draft202012Validator(published("transfer")).iter_errors(event))


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (transfer(occurred_at="2024-02-18T00:00:00"), "timezone"),
        (transfer(parties=[{"role": "carrier"}]), "a name or an identifier"),
        (transfer(items=[{}]), "an item needs"),
        (transfer(route={"destination": {}}), "a country or a place"),
        (transfer(funds={"amount": "-1", "currency": "EUR"}), "greater than or equal to 0"),
        (transfer(funds={"amount": "NaN", "currency": "EUR"}), "finite"),
        (transfer(funds={"amount": "1", "currency": "EURO"}), "currency"),
        (transfer(id=""), "id"),
    ],
)
def test_a_transfer_that_hides_what_a_rule_needs_is_refused(event: dict[str, Any], what: str) -> None:
    assert what in complaints(event)


def test_an_event_cannot_be_changed_after_it_was_read() -> None:
    event = TransferEvent.model_validate(transfer())
    with pytest.raises(ValidationError, match="frozen"):
        event.kind = "sale"  # type: ignore[misc]


# --- topics ---------------------------------------------------------------------------------------------------


def asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    return document


def test_the_asyncapi_document_is_valid_3_1_0() -> None:
    specification = json.loads((Path(__file__).parent / "specifications" / "asyncapi-3.1.0.json").read_text())
    errors = validator_for(specification)(specification).iter_errors(asyncapi())
    assert [f"{list(error.path)}: {error.message}" for error in errors] == []


def test_the_yaml_that_is_written_reads_back_as_what_was_meant() -> None:
    assert asyncapi() == export.asyncapi()
    hard = {"yes": "no", "1": ["1.0", "", "a: b", "#", "é ☃ 리", {"x": [], "y": {}, "z": None}], "n": [[1, [True]]]}
    assert yaml.safe_load(export._yaml(hard)) == hard


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi()

    def references(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))
    assert found
    for target in found:
        if target.startswith("#/"):
            place: Any = document
            for part in target[2:].split("/"):
                place = place[part]
        else:
            assert (SCHEMAS / target).is_file(), target


def test_the_topics_described_are_the_topics_created() -> None:
    described = {
        channel["address"]: ",".join(channel["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"])
        for channel in asyncapi()["channels"].values()
    }
    created = {plan.name: plan.config["cleanup.policy"] for plan in topics.plans(Settings())}
    assert described == created


def test_the_headers_described_are_the_headers_written() -> None:
    verdict = Verdict.model_validate_json((PAYLOADS / "verdict" / "clear.json").read_bytes())
    traced = [("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", b"a=1")]
    written = {
        "verdict": cloudevents.verdict_headers(verdict, traced, b"2024-02-18T00:00:00Z"),
        "transfer": cloudevents.transfer_headers("t-1", b"2024-02-18T00:00:00Z"),
    }
    for name, headers in written.items():
        schema = asyncapi()["components"]["messages"][name]["headers"]
        as_text = {key: value.decode() for key, value in headers}
        Draft202012Validator(schema).validate(as_text)
        assert as_text.keys() <= schema["properties"].keys()


# --- compatibility --------------------------------------------------------------------------------------------


def test_nothing_that_worked_with_an_earlier_release_stops_working() -> None:
    found = {folder.name: list(released.broken(folder)) for folder in released.RELEASED.glob("*")}
    assert {version: broken for version, broken in found.items() if broken} == {}


def test_a_release_freezes_its_schemas_and_payloads() -> None:
    heading = f"## [{__version__}]"
    line = next(x for x in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if x.startswith(heading))
    if "unreleased" not in line.lower():
        folder = released.RELEASED / __version__
        assert {path.name for path in folder.glob("*.json")} == {f"{name}.schema.json" for name in DOCUMENTS}
        assert {path.name for path in folder.glob("payloads/*")} == {*DOCUMENTS}


def test_what_a_release_froze_is_held_against_the_contract_of_today(tmp_path: Path) -> None:
    folder = tmp_path / "0.0.1"
    released.freeze(folder)
    assert list(released.broken(folder)) == []

    def edit(name: str, change: Callable[[dict[str, Any]], object]) -> list[str]:
        path = folder / name
        before = path.read_text(encoding="utf-8")
        value = json.loads(before)
        change(value)
        path.write_text(json.dumps(value), encoding="utf-8")
        found = list(released.broken(folder))
        path.write_text(before, encoding="utf-8")
        return found

    assert edit("transfer.schema.json", lambda then: then["properties"].update(colour={"type": "string"})) == [
        "transfer: /colour: is gone, and unknown fields are refused"
    ]
    assert edit("transfer.schema.json", lambda then: then["required"].remove("kind")) == [
        "transfer: /kind: is now required"
    ]
    assert edit("verdict.schema.json", lambda then: then["$defs"]["Decision"]["enum"].remove("review")) != []
    assert edit("payloads/transfer/fewest-fields.json", lambda then: then.update(colour="red")) != []
    assert edit("payloads/verdict/clear.json", lambda then: then.pop("decision")) == [
        "payloads/verdict/clear.json: ('decision',): Field required"
    ]
    (folder / "gone.schema.json").write_text("{}")
    assert list(released.broken(folder)) == ["gone: is gone"]


BASE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string", "maxLength": 9},
        "word": {"type": "string", "enum": ["a", "b"]},
        "share": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}},
    },
    "$defs": {
        "Row": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"at": {"type": "string"}, "below": {"$ref": "#/$defs/Row"}},
        }
    },
}


def changed(path: str, value: object) -> dict[str, Any]:
    schema: dict[str, Any] = copy.deepcopy(BASE)
    *parents, last = path.split(".")
    place = schema
    for part in parents:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.extra", {"type": "string"}),
        ("required", []),
        ("additionalProperties", None),
        ("properties.id.maxLength", 10),
        ("properties.id.maxLength", None),
        ("properties.word.enum", ["a", "b", "c"]),
        ("properties.word", {"type": "string"}),
        ("properties.share", {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}),
        ("$defs.Row.properties.more", {"type": "string"}),
    ],
)
def test_a_schema_that_accepts_more_is_compatible(path: str, value: object) -> None:
    assert narrowings(BASE, changed(path, value)) == []


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("required", ["id", "word"], "/word"),
        ("properties.word", None, "/word"),
        ("properties.id.maxLength", 8, "/id"),
        ("properties.id.minLength", 1, "/id"),
        ("properties.id.pattern", "^x", "/id"),
        ("properties.id.type", "integer", "/id"),
        ("properties.word.enum", ["a"], "/word"),
        ("properties.share", {"type": "number", "minimum": 0}, "/share"),
        ("properties.share", {"anyOf": [{"type": "number", "minimum": 1}, {"type": "null"}]}, "/share"),
        ("$defs.Row.properties.at", {"type": "integer"}, "/rows/*/at"),
        ("$defs.Row.required", ["at"], "/rows/*/at"),
    ],
)
def test_a_schema_that_accepts_less_is_found_and_the_place_named(path: str, value: object, place: str) -> None:
    found = narrowings(BASE, changed(path, value))
    assert [line.split(":")[0] for line in found][:1] == [place]


def test_a_new_value_in_what_we_write_is_found_by_asking_the_other_way_round() -> None:
    wider = changed("properties.word.enum", ["a", "b", "c"])
    assert narrowings(wider, BASE) == ["/word: no longer accepts ['c']"]


@pytest.mark.parametrize("document", export.DOCUMENTS, ids=lambda document: document.name)
def test_a_schema_is_compatible_with_itself(document: export.Document) -> None:
    assert issubclass(document.model, BaseModel)
    assert narrowings(published(document.name), published(document.name)) == []


@pytest.mark.parametrize("moment", [0, 1_500_000_000, 1.5, "0", "1500000000000", "-1", "2024", "2024-02-18"])
def test_a_number_is_no_moment(moment: object) -> None:
    with pytest.raises(ValidationError, match="occurred_at"):
        TransferEvent.model_validate({"id": "t", "kind": "sale", "occurred_at": moment})
