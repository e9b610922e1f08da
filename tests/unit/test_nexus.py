"""Who and where: by which facts a transfer is tied to a country, in which direction, and how surely."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import packaged
from tests.builders import party, transfer
from tidewaiter.rulebook.rules import Direction
from tidewaiter.screening.facts.stated_texts import stated_texts
from tidewaiter.screening.goods import recognise_items
from tidewaiter.screening.nexus import certainties
from tidewaiter.screening.nexus.nexus import Nexus, find_nexus
from tidewaiter.screening.nexus.tie import ListingTie

TO, FROM = Direction.TO, Direction.FROM


def nexus(**facts: Any) -> Nexus | None:
    listed = {0: (ListingTie("KP", "list:1", 0.8),)} if facts.pop("listed", False) else {}
    sold, book = transfer(**facts), packaged.rule_book()
    found = find_nexus(sold, book, listed, stated_texts(sold), recognise_items(sold.items, book.goods))
    return next((one for one in found if one.territory.country == "KP"), None)


def to(country: str | None = None, place: str | None = None) -> dict[str, Any]:
    return {"destination": {k: v for k, v in (("country", country), ("place", place)) if v}}


def owner(share: float | None, *owners: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"name": "Example Owner", "owned_by": list(owners)} | ({} if share is None else {"share": share}) | facts


OF_KP: dict[str, Any] = {"countries": ["KP"]}
GOODS_REACH = [
    # where the goods go
    ("destination", {"route": to("KP")}, certainties.DESTINATION),
    ("a place, no country", {"route": to(place="Nampo")}, certainties.PLACE_NAMED),
    ("the country as a place", {"route": to(place="Korea, Dem. People's Rep. of")}, certainties.PLACE_NAMED),
    ("a port code", {"route": to(place="KPNAM")}, certainties.PLACE_NAMED),
    ("a place against the country given", {"route": to("CN", "Sinuiju")}, certainties.PLACE_AGAINST_COUNTRY),
    ("Korea, and no more", {"route": to(place="Korea")}, certainties.PERHAPS_PLACE),
    ("transit", {"route": to("CN") | {"transit": [{"country": "KP"}]}}, certainties.PASSING),
    ("transit by a place", {"route": to("CN") | {"transit": [{"place": "Rajin"}]}}, certainties.PASSING),
    # who receives
    ("a government", {"parties": [party(type="government", **OF_KP)], "route": to("CN")}, certainties.GOVERNMENT),
    ("a body of the government", {"parties": [party(name="Korean People's Army")], "route": to("CN")}, certainties.GOVERNMENT),
    ("an alias of it", {"parties": [party(aliases=["조선인민군"])], "route": to("CN")}, certainties.GOVERNMENT),
    ("an embassy", {"parties": [party(name="Trade Section, Embassy of North Korea", countries=["DE"])]}, certainties.GOVERNMENT),
    ("a ministry", {"parties": [party(name="Ministry of Fisheries, DPRK", countries=["CN"])]}, certainties.GOVERNMENT_OFFICE),
    ("a ministry in Russian", {"parties": [party(name="Министерство внешней экономики КНДР")]}, certainties.GOVERNMENT_OFFICE),
    ("an organisation", {"parties": [party(**OF_KP)], "route": to("CN")}, certainties.RECIPIENT_BODY),
    ("an end user", {"parties": [party("consignee", countries=["CN"]), party("end_user", **OF_KP)], "route": to("CN", "Dandong")}, certainties.RECIPIENT_BODY),
    ("a person", {"parties": [party(type="person", **OF_KP)]}, certainties.RECIPIENT_PERSON),
    ("a person, delivery elsewhere", {"parties": [party(type="person", **OF_KP)], "route": to("CN", "Shanghai")}, certainties.PERSON_ELSEWHERE),
    ("a person, delivery at the border", {"parties": [party(type="person", **OF_KP)], "route": to("CN", "丹东")}, certainties.PERSON_AT_BORDER),
    ("a person, delivery in Nakhodka", {"parties": [party(type="person", **OF_KP)], "route": to("RU", "Находка")}, certainties.PERSON_AT_BORDER),
    ("a person who lives elsewhere", {"parties": [party(type="person", residence="DE", **OF_KP)]}, certainties.PERSON_ELSEWHERE),
    ("a person who lives there", {"parties": [party(type="person", countries=["CN"], residence="KP")]}, certainties.RECIPIENT_PERSON),
    ("the same, delivery elsewhere", {"parties": [party(type="person", countries=["CN"], residence="KP")], "route": to("CN")}, certainties.PERSON_AT_BORDER),
    ("an organisation at home there", {"parties": [party(countries=["CN"], residence="KP")]}, certainties.RECIPIENT_BODY),
    ("an address", {"parties": [party(address="Sosong District, Phyongyang")]}, certainties.ADDRESS),
    ("an address against the country", {"parties": [party(address="Chongjin", countries=["CN"])]}, certainties.ADDRESS_ELSEWHERE),
    ("an address in Korea, and no more", {"parties": [party(address="P.O. Box 4, Korea")]}, certainties.PERHAPS_PLACE),
    ("a company called by a place", {"parties": [party(name="Rason Trading Corporation")]}, certainties.ADDRESS),
    ("a person called as a place is", {"parties": [party(name="Rajin Example", type="person")]}, certainties.PLACE_IN_NAME),
    ("a passport", {"parties": [party(type="person", identifiers=[{"type": "passport", "value": "1", "country": "KP"}])]}, certainties.PAPERS),
    ("a passport beside another country", {"parties": [party(type="person", countries=["CN"], identifiers=[{"type": "passport", "value": "1", "country": "KP"}])]}, certainties.ADDRESS_ELSEWHERE),
    ("a bank code", {"parties": [party(identifiers=[{"type": "bic", "value": "EXAMKPPYXXX"}])]}, certainties.PAPERS),
    ("a listing", {"parties": [party()], "listed": True}, 0.8),
    # who stands behind whoever receives
    ("owned whole", {"parties": [party(owned_by=[owner(100, **OF_KP)])]}, certainties.OWNED),
    ("owned whole, of another country", {"parties": [party(countries=["CN"], owned_by=[owner(100, **OF_KP)])]}, certainties.OWNED_ELSEWHERE),
    ("owned by two of it together", {"parties": [party(owned_by=[owner(30, **OF_KP), owner(30, **OF_KP)])]}, certainties.OWNED),
    ("owned through another", {"parties": [party(owned_by=[owner(60, owner(60, **OF_KP))])]}, certainties.OWNED),
    ("owned by its government", {"parties": [party(owned_by=[owner(60, name="Korean People's Army")])]}, certainties.OWNED),
    ("owned by half", {"parties": [party(owned_by=[owner(50, **OF_KP)])]}, certainties.OWNED_IN_PART),
    ("owned through a minority", {"parties": [party(owned_by=[owner(60, owner(40, **OF_KP))])]}, certainties.OWNED_IN_PART),
    ("owned in an unknown part", {"parties": [party(owned_by=[owner(None, **OF_KP)])]}, certainties.OWNED_IN_PART),
    ("controlled", {"parties": [party(controlled_by=[{"name": "Example", "countries": ["KP"]}])]}, certainties.CONTROLLED),
    ("acting for a government", {"parties": [party(countries=["CN"], acting_for=[{"name": "Example", "type": "government", "countries": ["KP"]}])]}, certainties.GOVERNMENT),
    ("acting for an organisation", {"parties": [party(countries=["CN"], acting_for=[{"name": "Pyongyang Example", "type": "organisation"}])]}, certainties.RECIPIENT_BODY),
    ("acting for a person, elsewhere", {"parties": [party(acting_for=[{"name": "Example", "type": "person", "countries": ["KP"]}])], "route": to("CN")}, certainties.PERSON_ELSEWHERE),
    # who stands between, and what is said
    ("a carrier", {"parties": [party("carrier", **OF_KP)], "route": to("CN")}, certainties.PASSING),
    ("a vessel under its flag", {"parties": [party("vessel", type="vessel", **OF_KP)]}, certainties.PASSING),
    ("a call number", {"parties": [party("vessel", type="vessel", identifiers=[{"type": "mmsi", "value": "445 123 000"}])]}, certainties.PASSING),
    ("a former flag", {"parties": [party("vessel", type="vessel", former_flags=["KP"])]}, certainties.FORMER_FLAG),
    ("an owner of the vessel", {"parties": [party("owner", **OF_KP)]}, certainties.PASSING),
    ("a role unknown to us", {"parties": [party("fixer", **OF_KP)]}, certainties.PERSON_ELSEWHERE),
    ("a purpose", {"route": to("CN"), "purpose": "for resale in North Korea"}, certainties.MENTIONED),
    ("a purpose at the border", {"route": to("CN", "Dandong"), "purpose": "for resale in North Korea"}, certainties.MENTIONED_AT_BORDER),
    ("a remark on its army", {"free_text": "as agreed with the Korean People's Army"}, certainties.MENTIONED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "certainty"), [(f, c) for _, f, c in GOODS_REACH], ids=[i for i, _, _ in GOODS_REACH]
)
def test_goods_reach_the_country_as_surely_as_the_fact_says(facts: dict[str, Any], certainty: float) -> None:
    found = nexus(**facts)
    assert found is not None
    best = found.best(TO)
    assert best is not None
    assert best.certainty == certainty, best.sentence
    assert best.sentence
    assert best.evidence.subject.startswith("/")


NO_TIE = [
    {"route": to("KR", "Seoul")},
    {"route": to(place="Seoul, Korea")},
    {"route": to("KR", "Korea")},
    {"route": to(place="Pyeongtaek")},
    {"route": to(place="Korea"), "parties": [party(countries=["KR"])]},
    {"route": to(place="Korea"), "parties": [party(address="Busan")]},
    {"route": to("CN", "Dandong") | {"transit": [{"country": "CN", "place": "Dalian"}]}, "parties": [party(address="Hunchun")]},
    {"route": to("RU", "Nakhodka") | {"origin": {"country": "RU", "place": "Vladivostok"}}},
    {"route": to(place="KPOPS and more")},
    {"parties": [party(name="Korea Electric Power Corporation", address="Naju, Republic of Korea")]},
    {"parties": [party(name="Embassy of the Republic of Korea", address="Beijing")]},
    {"parties": [party(name="대한민국 대사관")]},
    {"parties": [party(name="Nigerian Embassy")]},
    {"parties": [party(name="남포극장", countries=["KR"])]},
    {"parties": [party(name="Hamhung Noodle House", countries=["KR"])]},
    {"parties": [party(name="Korean Air")], "purpose": "exhibition on the Korean Peninsula"},
    {"parties": [party(identifiers=[{"type": "mmsi", "value": "440123000"}, {"type": "bic", "value": "EXAMKRSEXXX"}])]},
    {"parties": [party(identifiers=[{"type": "wallet", "value": "445123000"}, {"type": "bic", "value": "KP"}])]},
    {"parties": [party(owned_by=[owner(100, countries=["KR"])], acting_for=[{"name": "Seoul Metropolitan Government"}])]},
    {"parties": [party(former_flags=["KR", "PA"], residence="KR")]},
    {"purpose": "원산지 증명서, 대한민국"},
]  # fmt: skip


@pytest.mark.parametrize("facts", NO_TIE, ids=lambda facts: str(facts)[:70])
def test_what_is_not_of_the_country_is_not_tied_to_it(facts: dict[str, Any]) -> None:
    found = nexus(**facts)
    assert found is None, found.ties if found else None


@pytest.mark.parametrize(
    ("facts", "certainty"),
    [
        ({"route": {"origin": {"country": "KP"}}}, certainties.DESTINATION),
        ({"route": {"origin": {"place": "Nampho"}}}, certainties.PLACE_NAMED),
        ({"items": [{"description": "coal", "origin": "KP"}]}, certainties.DESTINATION),
        ({"parties": [party("transferor", **OF_KP)]}, certainties.RECIPIENT_BODY),
        (
            {"parties": [party("transferor", countries=["CN"], owned_by=[owner(60, **OF_KP)])]},
            certainties.OWNED_ELSEWHERE,
        ),
        ({"route": to("CN") | {"previous_ports": [{"country": "KP", "place": "Nampo"}]}}, certainties.PREVIOUS_PORT),
        ({"route": to("CN") | {"previous_ports": [{"place": "남포항"}]}}, certainties.PREVIOUS_PORT),
    ],
    ids=["origin", "place", "item", "seller", "owner of the seller", "previous port", "previous port by name"],
)
def test_goods_leave_the_country_as_surely_as_the_fact_says(facts: dict[str, Any], certainty: float) -> None:
    found = nexus(**facts)
    assert found is not None
    best = found.best(FROM)
    assert best is not None
    assert best.certainty == certainty
    assert {one.direction for one in found.ties} <= {FROM, None}
    assert not found.receives()


@pytest.mark.parametrize(
    ("facts", "touches"),
    [
        ({"parties": [party("vessel", type="vessel", **OF_KP)]}, 1.0),
        ({"parties": [party("carrier", **OF_KP)], "route": to("CN")}, 1.0),
        ({"parties": [party(type="person", **OF_KP)], "route": to("CN")}, 1.0),
        ({"parties": [party("charterer", address="Pyongyang")]}, certainties.ADDRESS),
        ({"parties": [party("vessel", type="vessel", countries=["PA"], owned_by=[owner(60, owner(60, **OF_KP))])]}, certainties.OWNED),
        ({"parties": [party("vessel", type="vessel", former_flags=["KP"])]}, certainties.FORMER_FLAG),
        ({"parties": [party("financial_institution", identifiers=[{"type": "bic", "value": "EXAMKPPY"}])]}, certainties.PAPERS),
        ({"route": to("CN") | {"transit": [{"country": "KP"}]}}, 1.0),
        ({"route": to("CN") | {"previous_ports": [{"country": "KP"}]}}, 1.0),
        ({"free_text": "DPRK"}, certainties.MENTIONED),
    ],
    ids=["flag", "carrier", "person elsewhere", "address", "owned vessel", "former flag", "bank", "transit", "port", "words"],
)  # fmt: skip
def test_a_dealing_of_any_kind_asks_whether_the_country_has_part_in_it(facts: dict[str, Any], touches: float) -> None:
    found = nexus(**facts)
    assert found is not None
    assert found.any_tie().certainty == touches


def test_a_border_crossing_stands_beside_the_tie_as_evidence() -> None:
    found = nexus(parties=[party("end_user", **OF_KP)], route=to("CN", "Dandong") | {"transit": [{"place": "图们"}]})
    assert found is not None
    beside = [(e.subject, e.value) for e in found.evidence(TO) if e.kind == "hub"]
    assert beside == [("/route/destination/place", "Dandong"), ("/route/transit/0/place", "图们")]
    assert all(one.evidence.kind != "hub" for one in found.ties)


def test_a_finding_has_the_evidence_of_a_hundred_ties_and_how_many_more_there_are() -> None:
    tied = nexus(parties=[party("transferee" if number else "other", **OF_KP) for number in range(150)], route=to("KP"))
    assert tied is not None
    evidence = tied.evidence(TO)
    assert len(tied.ties) == 151
    assert len(evidence) == 101
    assert evidence[0].kind == "destination"
    assert (evidence[-1].kind, evidence[-1].value) == ("left_out", "51")
    of_last = tied.of_party(149)
    assert of_last is not None
    assert of_last.evidence.subject == "/parties/149/countries"
    assert tied.of_party(150) is None


def test_a_guess_at_a_shared_name_is_not_sure() -> None:
    found = nexus(route=to(place="Korea"))
    assert found is not None
    assert not found.receives()
    assert found.best(TO) is not None


def test_who_stands_behind_the_one_who_receives_does_not_say_where_it_goes() -> None:
    behind, itself = nexus(parties=[party(owned_by=[owner(60, **OF_KP)])]), nexus(parties=[party(**OF_KP)])
    assert behind is not None
    assert itself is not None
    assert behind.best(TO) is not None
    assert (behind.receives(), itself.receives()) == (False, True)


def test_each_link_behind_a_party_is_pointed_at() -> None:
    found = nexus(parties=[party(owned_by=[owner(10), owner(60, owner(60, **OF_KP), owner(5, **OF_KP))])])
    assert found is not None
    assert {one.evidence.subject for one in found.ties} == {
        "/parties/0/owned_by/1/owned_by/0",
        "/parties/0/owned_by/1/owned_by/1",
    }


# --- what holds of every transfer -----------------------------------------------------------------------------

COUNTRY = st.sampled_from(["KP", "KR", "CN", "RU", "DE"])
TEXT = st.sampled_from(
    [
        "Pyongyang",
        "Seoul",
        "Dandong",
        "Korea",
        "Nampo-dong, Busan",
        "DPRK",
        "South Korea",
        "Nakhodka",
        "조선소",
        "KPNAM",
    ]
)
STOP = st.one_of(
    st.fixed_dictionaries({"country": COUNTRY}, optional={"place": TEXT}), st.fixed_dictionaries({"place": TEXT})
)
OWNERS: st.SearchStrategy[list[dict[str, Any]]] = st.recursive(
    st.just([]),
    lambda above: st.lists(
        st.fixed_dictionaries(
            {"name": st.one_of(TEXT, st.just("Example Owner")), "owned_by": above},
            optional={"share": st.integers(0, 100), "countries": st.lists(COUNTRY, max_size=1)},
        ),
        max_size=2,
    ),
    max_leaves=6,
)
PARTY = st.fixed_dictionaries(
    {"role": st.sampled_from(["transferor", "transferee", "end_user", "carrier", "vessel", "fixer"]), "name": TEXT},
    optional={
        "type": st.sampled_from(["person", "organisation", "government", "vessel", "unknown"]),
        "countries": st.lists(COUNTRY, max_size=2),
        "residence": COUNTRY,
        "address": TEXT,
        "owned_by": OWNERS,
        "former_flags": st.lists(COUNTRY, max_size=1),
    },
)
ROUTE = st.fixed_dictionaries(
    {},
    optional={
        "origin": STOP,
        "destination": STOP,
        "transit": st.lists(STOP, max_size=2),
        "previous_ports": st.lists(STOP, max_size=2),
    },
)
FACTS = st.fixed_dictionaries(
    {"parties": st.lists(PARTY, max_size=3), "route": ROUTE}, optional={"purpose": TEXT, "free_text": TEXT}
)


def strength(facts: dict[str, Any]) -> tuple[float, float, float]:
    found = nexus(**facts)
    if found is None:
        return (0.0, 0.0, 0.0)
    to_it, from_it = found.best(TO), found.best(FROM)
    return (
        to_it.certainty if to_it else 0.0,
        from_it.certainty if from_it else 0.0,
        found.any_tie().certainty,
    )


def no_weaker(before: dict[str, Any], after: dict[str, Any]) -> None:
    """A guess at "Korea" may end when the new fact says which; no other tie may weaken."""
    for weak, strong in zip(strength(before), strength(after), strict=True):
        assert strong >= weak or weak == certainties.PERHAPS_PLACE


@given(FACTS, PARTY)
@settings(max_examples=150, deadline=None)
def test_another_party_never_weakens_a_tie(facts: dict[str, Any], other: dict[str, Any]) -> None:
    no_weaker(facts, facts | {"parties": [*facts["parties"], other]})


@given(FACTS, STOP, st.sampled_from(["transit", "previous_ports"]))
@settings(max_examples=150, deadline=None)
def test_another_stop_on_the_way_never_weakens_a_tie(facts: dict[str, Any], stop: dict[str, Any], kind: str) -> None:
    route = facts["route"]
    no_weaker(facts, facts | {"route": route | {kind: [*route.get(kind, []), stop]}})


@given(FACTS, OWNERS, st.sampled_from(["owned_by", "controlled_by", "acting_for"]))
@settings(max_examples=150, deadline=None)
def test_another_owner_never_weakens_a_tie(facts: dict[str, Any], owners: list[dict[str, Any]], field: str) -> None:
    if field != "owned_by":
        owners = [{key: value for key, value in one.items() if key != "share"} for one in owners]
    for number, one in enumerate(facts["parties"]):
        changed = [*facts["parties"]]
        changed[number] = one | {field: [*one.get(field, []), *owners]}
        no_weaker(facts, facts | {"parties": changed})


@given(FACTS)
@settings(max_examples=150, deadline=None)
def test_the_order_of_parties_stops_and_owners_does_not_matter(facts: dict[str, Any]) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(inner) for key, inner in value.items()}
        return [turned(inner) for inner in reversed(value)] if isinstance(value, list) else value

    assert strength(facts) == strength(turned(facts))
