"""What an item is, from its words and its code: the promises of the goods classifier."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from typer.testing import CliRunner

from tests import packaged
from tidewaiter.cli import app
from tidewaiter.commands.goods_lines import report_lines
from tidewaiter.errors import RuleError
from tidewaiter.goods.classifier import DOUBTED, Classifier
from tidewaiter.goods.lexicon.lexicon import SUREST, Lexicon
from tidewaiter.goods.recognition import ItemQuery, Recognition, Source
from tidewaiter.rulebook.loader import BUILTIN, load_lexicon
from tidewaiter.rulebook.yaml_source import parse_yaml, read_yaml

BLOCKS = 0.7
"""The certainty from which a finding may block."""


def recognise(description: str | None = None, hs_code: str | None = None, **more: str) -> Recognition:
    return packaged.classifier_of_words().recognise(ItemQuery(description, hs_code=hs_code, **more))


def categories(recognition: Recognition, least: float = 0.5) -> set[str]:
    return {str(hit.category) for hit in recognition.categories if hit.certainty >= least}


CAR = {"passenger_car", "vehicle"}


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Aurus limousine, Russian-made", CAR),
        ("Аурус Сенат, лимузин", CAR),
        ("러시아산 아우루스 리무진", CAR),
        ("俄制奥鲁斯豪华轿车", CAR),
        ("アウルス製リムジン", CAR),
        ("berline de luxe noire", CAR),
        ("gepanzerte Limousine", CAR),
        ("dos coches usados", CAR),
        ("سيارة ليموزين سوداء", CAR),
        ("siyah binek otomobil", CAR),
        ("Lexus LX570", CAR),
        ("SEDAN AUTOMOBLE 4 DOOR", CAR),
        ("Hennessy Paradis", {"alcohol"}),
        ("RPG-7", {"arms"}),
        ("9K32", {"arms"}),
        ("PKM", {"arms"}),
        ("Type 73", {"arms"}),
        ("motor yacht 24 m", {"vessel", "luxury_vehicle_watercraft"}),
        ("snowmobile Ski-Doo", {*CAR, "luxury_vehicle_watercraft"}),
        ("gold wristwatch 18k", {"luxury_watch"}),
        ("часы наручные, золото 585 пробы", {"luxury_watch"}),
        ("crystal wine glasses", {"lead_crystal"}),
        ("bone china tea set", {"porcelain_tableware"}),
        ("шуба норковая", {"fur"}),
        ("leather handbag", {"leather_handbag"}),
        ("centrifugal pump", {"industrial_machinery"}),
        ("токарный станок с ЧПУ", {"industrial_machinery"}),
        ("笔记本电脑", {"industrial_machinery"}),
        ("携帯電話", {"electrical_equipment"}),
        ("microcontroladores STM32", {"electrical_equipment", "integrated_circuit"}),
        ("inşaat demiri", {"iron_steel_metals"}),
        ("copper cathodes", {"iron_steel_metals", "nonferrous_export"}),
        ("Jet A-1", {"refined_petroleum", "aviation_fuel"}),
        ("frozen squid", {"seafood"}),
        ("T-shirts en coton", {"textile_apparel"}),
    ],
)
def test_goods_are_recognised_in_any_of_the_languages(description: str, expected: set[str]) -> None:
    assert categories(recognise(description), BLOCKS if description != "SEDAN AUTOMOBLE 4 DOOR" else 0.5) == expected


@pytest.mark.parametrize(
    "description",
    [
        "toy cars",
        "игрушечный автомобиль",
        "장난감 자동차",
        "玩具汽车",
        "ミニカー",
        "voiture miniature 1:43",
        "Spielzeugauto",
        "coche de juguete",
        "سيارة لعبة أطفال",
        "oyuncak araba",
        "plastic model kit T-34 tank 1:35",
        "Lego Ferrari",
        "book about helicopters",
        "Land Rover workshop manual",
        "car park software",
        "vehicle tracking app",
        "car insurance",
        "аренда автомобиля",
        "Autovermietung",
        "car shampoo",
        "crystal sugar",
        "rice",
        "insulin",
        "wheat flour",
        "printing paper",
        "wooden table",
        "fertiliser",
        "zorbatron for cars",
    ],
)
def test_what_only_sounds_like_a_vehicle_or_a_luxury_is_none(description: str) -> None:
    forbidden = {
        *CAR,
        "aircraft_helicopter",
        "arms",
        "vessel",
        "industrial_machinery",
        "electrical_equipment",
        "luxury_watch",
        "lead_crystal",
    }
    assert not categories(recognise(description)) & forbidden


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("cooking vessels", {"iron_steel_metals"}),
        ("BMW t-shirt", {"textile_apparel"}),
        ("Ferrari perfume", {"perfume_cosmetics"}),
        ("Kalashnikov vodka", {"alcohol"}),
    ],
)
def test_a_makers_name_does_not_make_the_thing_a_car(description: str, expected: set[str]) -> None:
    assert categories(recognise(description)) == expected


@pytest.mark.parametrize(
    ("description", "code", "heading"),
    [("rice", None, "1006"), ("toy cars", None, "9503"), ("wheelchairs", None, "8713"), ("?", "4802.56", "480256")],
)
def test_harmless_goods_have_a_heading_too(description: str, code: str | None, heading: str) -> None:
    assert heading in {hit.code for hit in recognise(description, code).headings}


# The four cases


def test_a_code_alone_is_taken_at_its_word() -> None:
    found = recognise(hs_code="8703.23")
    assert [(hit.code, hit.certainty, hit.declared) for hit in found.headings] == [("870323", 1.0, True)]
    assert categories(found, 1.0) == CAR
    assert found.conflict is None


def test_words_alone_are_never_certain() -> None:
    found = recognise("Aurus limousine")
    assert categories(found) == CAR
    assert max(hit.certainty for hit in found.categories) <= SUREST < 1


def test_words_and_code_that_agree_are_certain_and_both_stand_as_reasons() -> None:
    found = recognise("Aurus limousine", "8703")
    (heading,) = [hit for hit in found.headings if hit.code == "8703"]
    assert heading.certainty == 1.0
    assert {reason.source for reason in heading.because} >= {Source.HS_CODE, Source.TERM, Source.MAKER}
    assert found.conflict is None


def test_words_and_code_that_disagree_are_both_reported_and_named_a_conflict() -> None:
    found = recognise("Mercedes-Maybach S600", "9503")
    assert {hit.code: hit.certainty for hit in found.headings} == {"9503": 1.0, "8703": DOUBTED}
    assert 0.3 <= DOUBTED < BLOCKS
    assert found.conflict is not None
    assert "9503" in found.conflict
    assert "8703" in found.conflict


def test_words_cannot_talk_a_declared_code_clear() -> None:
    assert categories(recognise("toy cars", "8703"), 1.0) == CAR
    assert recognise("toy cars", "8703").conflict is not None


def test_an_invalid_code_is_named_and_read_neither_as_a_match_nor_as_innocence() -> None:
    found = recognise("wine", "9999.99")
    assert found.invalid_code == "9999.99"
    assert categories(found) == {"alcohol"}
    assert recognise(hs_code="8799").headings == ()


# Lines and fields


def test_one_line_that_names_several_goods_yields_each() -> None:
    found = recognise("2 units car, spare parts, wine")
    assert {"8703", "8708", "2204"} <= {hit.code for hit in found.headings}
    assert categories(found, BLOCKS) == {*CAR, "alcohol"}


def test_what_something_else_is_declared_as_does_not_hide_it() -> None:
    assert categories(recognise("RPG-7 launchers declared as hand tools"), BLOCKS) == {"arms"}


def test_parts_belong_with_what_they_are_parts_of() -> None:
    assert {hit.code for hit in recognise("spare parts for BMW").headings} == {"8708"}


@pytest.mark.parametrize(
    "more",
    [{"manufacturer": "Lexus"}, {"model": "LX 570"}, {"manufacturer": "Lexus", "model": "LX 570"}],
)
def test_maker_and_model_speak_when_the_description_does_not(more: dict[str, str]) -> None:
    assert categories(recognise(**more)) == CAR


def test_a_maker_of_the_same_things_makes_a_model_as_sure_as_its_own() -> None:
    alone, own, same, other = (
        {str(hit.category): hit.certainty for hit in recognise(words).categories}.get("passenger_car", 0)
        for words in ("S600", "Mercedes S600", "Mercedes-Maybach S600", "Patek Philippe S600")
    )
    assert alone < own == same
    assert other <= alone


def test_every_recognition_says_which_entry_spoke_and_which_spoke_against() -> None:
    found = recognise("toy cars")
    (gone,) = found.dismissed
    assert (gone.reason.words, gone.by) == ("cars", "toy")
    assert any(r.source is Source.AGAINST and r.words == "cars" for r in found.headings[0].because)


def test_a_look_alike_letter_of_another_script_hides_nothing() -> None:
    assert categories(recognise("Аurus lіmousine")) == CAR


# Operators' own words


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [("法國紅酒", "法国红酒"), ("銅製水龍頭", "铜制水龙头"), ("壓縮機", "压缩机"), ("掛鐘", "挂钟"), ("圍巾", "围巾")],
)
def test_traditional_characters_are_read_as_the_simplified(traditional: str, simplified: str) -> None:
    found = recognise(traditional)
    assert found.headings
    assert [hit.code for hit in found.headings] == [hit.code for hit in recognise(simplified).headings]


@cache
def _packaged() -> tuple[tuple[str, Any], ...]:
    """The packaged words that an operator's words change here: making the tables of all of them takes seconds."""
    names = ("arms", "common", "vehicles")
    return tuple((name, read_yaml(BUILTIN / "goods" / f"{name}.yaml").content) for name in names)


def _with(text: str) -> Classifier:
    ours = parse_yaml(dedent(text), "ours.yaml").content
    return Classifier(Lexicon.from_documents([*_packaged(), ("ours.yaml", ours)]))


def test_an_operator_adds_words_makers_negatives_and_categories() -> None:
    ours = _with(
        """
        categories: [{id: zorbatrons, headings: [8479]}]
        goods: [{id: zorbatron, headings: [8479], terms: {en: zorbatron}}]
        makers: [{id: zorb, makes: zorbatron, terms: {any: Zorbtech}}]
        against: [{id: zorbatron-talk, silences: zorbatron, terms: {en: zorblecture}}]
        extend: [{id: passenger-car, terms: {en: wheelbox}}]
        """
    )

    def found(text: str) -> set[str]:
        return categories(ours.recognise(ItemQuery(text)))

    assert found("2 zorbatrons") == {"zorbatrons", "industrial_machinery"}
    assert found("Zorbtech 5000") == {"zorbatrons", "industrial_machinery"}
    assert found("zorbatron zorblecture") == set()
    assert found("black wheelbox") == CAR


def test_an_operator_takes_a_word_away() -> None:
    assert (
        categories(_with("extend: [{id: passenger-car, without: {en: saloon}}]").recognise(ItemQuery("saloon")))
        == set()
    )


def test_the_example_of_the_guide_is_read_and_does_what_it_says() -> None:
    guide = Path(__file__).parents[2] / "docs" / "goods.md"
    ours = _with(guide.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0])
    assert categories(ours.recognise(ItemQuery("Zorbtech ZT 500"))) == {"vehicle"}
    assert categories(ours.recognise(ItemQuery("fleet audit, Zorbtech"))) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("goods: [{id: x, headings: [8799], terms: {en: xword}}]", ["ours.yaml", "x", "headings", "8799"]),
        ("goods: [{id: x, headings: [8703]}]", ["ours.yaml", "x", "terms"]),
        ("goods: [{id: x, headings: [8703], terms: {xx: word}}]", ["ours.yaml", "x", "terms", "xx"]),
        ("goods: [{id: x, headings: [8703], terms: {en: limousine}}]", ["ours.yaml", "limousine", "passenger-car"]),
        (
            "goods: [{id: passenger-car, headings: [8703], terms: {en: xword}}]",
            ["ours.yaml", "passenger-car", "extend"],
        ),
        ("goods: [{id: x, headings: [8703], terms: {en: xword}, sure: 1}]", ["ours.yaml", "x", "sure"]),
        ("goods: [{id: x, headings: [8703], certainty: 1.0, terms: {en: xw}}]", ["ours.yaml", "x", "certainty", "1.0"]),
        ("goods: [{id: x, categories: cars, terms: {en: xword}}]", ["ours.yaml", "x", "categories", "cars"]),
        ("makers: [{id: x, makes: nothing, terms: {any: Xco}}]", ["ours.yaml", "x", "makes", "nothing"]),
        ("models: [{id: x, terms: {any: X1}}]", ["ours.yaml", "x", "is"]),
        ("extend: [{id: nothing, terms: {en: xword}}]", ["ours.yaml", "nothing"]),
        ("extend: [{id: passenger-car, without: {en: xword}}]", ["ours.yaml", "passenger-car", "without", "xword"]),
        ("categories: [{id: arms, headings: [93]}]", ["ours.yaml", "arms"]),
        ("things: []", ["ours.yaml", "things"]),
        ("goods: {}", ["ours.yaml", "goods", "list"]),
    ],
)
def test_what_is_wrong_with_a_document_is_said_with_file_entry_and_field(text: str, said: list[str]) -> None:
    with pytest.raises(RuleError) as raised:
        _with(text)
    assert [word for word in said if word not in str(raised.value)] == []


def test_the_lexicon_is_known_by_a_hash_of_its_meaning_not_of_its_layout() -> None:
    one = Lexicon.from_documents([("a", {"goods": [{"id": "x", "headings": ["8703"], "terms": {"en": "b, a"}}]})])
    two = Lexicon.from_documents([("b", {"goods": [{"terms": {"en": "a, b"}, "id": "x", "headings": ["8703"]}]})])
    other = Lexicon.from_documents([("a", {"goods": [{"id": "x", "headings": ["8704"], "terms": {"en": "b, a"}}]})])
    assert one.sha256 == two.sha256 != other.sha256


# The command


def test_items_in_are_recognitions_out_one_json_line_each_in_order(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"description":"Aurus limousine"}\n\nnot json\n{"description":"wine","hs_code":"9999"}\n')
    done = CliRunner().invoke(app, ["goods", str(file)])
    car, bad, wine = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.exit_code == 2
    assert car["categories"][0]["name"] == "passenger_car"
    assert car["categories"][0]["because"][0] == {
        "source": "term",
        "field": "description",
        "words": "limousine",
        "entry": "passenger-car",
    }
    assert [heading["code"] for heading in car["headings"]] == ["8703"]
    assert bad["line"] == 3
    assert wine["invalid_code"] == "9999"


def test_an_operators_folder_adds_its_goods_words_to_the_command(tmp_path: Path) -> None:
    (tmp_path / "goods").mkdir()
    (tmp_path / "goods" / "ours.yaml").write_text("extend: [{id: passenger-car, terms: {en: wheelbox}}]")
    done = CliRunner().invoke(app, ["goods", "-", "--rules", str(tmp_path)], input='{"description":"wheelbox"}\n')
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["headings"][0]["code"] == "8703"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extend: [{id: passenger-carr, terms: {en: wheelbox}}]", "did you mean 'passenger-car'"),
        (
            "makers: [{id: m, makes: [trukc], terms: {any: Foo}}]",
            "'trukc' is no entry under goods; did you mean 'truck'",
        ),
        ("against: [{id: s, silences: [vehicel], terms: {en: fleet audit}}]", "silences: 'vehicel' is no category"),
        (
            "goods: [{id: g, headings: ['8802'], terms: {en: foo}, variants: [{beside: [nut], headings: ['73']}]}]",
            "'nut'",
        ),
    ],
)
def test_a_slip_in_a_reference_is_named_with_what_was_meant(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "ours.yaml").write_text(text)
    with pytest.raises(RuleError) as error:
        load_lexicon((BUILTIN / "goods", tmp_path))
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["goods/ours.yml", "ours.YAML"])
def test_a_file_that_would_be_passed_over_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "goods").mkdir()
    (tmp_path / "goods" / "others.yaml").write_text("extend: []")
    (tmp_path / name).write_text("extend: []")
    done = CliRunner().invoke(app, ["rules", "check", "--rules", str(tmp_path), "--no-builtin-rules"])
    assert done.exit_code != 0
    assert "only *.yaml is read; rename it" in " ".join(done.output.split())


def test_what_is_beside_an_item_and_known_by_nobody_is_said() -> None:
    (line,) = report_lines([b'{"description":"rice, zorbatrons"}'], packaged.classifier())
    assert json.loads(line.output)["unknown_part"] is True


@pytest.mark.parametrize("line", [b"[1]", b'{"model":5}', b"{}", b"\xff", b"[" * 5000, b'{"description":"\\ud800"}'])
def test_no_line_stops_the_rest(line: bytes) -> None:
    out = list(report_lines([line, b'{"description":"wine"}'], packaged.classifier()))
    assert len(out) == 2
    assert all(json.loads(one.output) for one in out)
    assert out[1].readable


def headings(recognition: Recognition, least: float = 0.5) -> set[str]:
    return {hit.code for hit in recognition.headings if hit.certainty >= least}


@pytest.mark.parametrize(
    ("description", "is_", "is_not"),
    [
        ("Trousse de toilette, motif avion", "", "8802"),
        ("Coque de téléphone motif voiture de course", "", "8703"),
        ("Camiseta estampado fusil AK", "61", "9303"),
        ("rug, ships pattern", "57", "8901"),
        ("Artificial flowers, silk effect", "67", "50"),
        ("Bookcase shaped like a telephone box", "9403", "8517"),
        ("Kids lunchbox 'Monster Truck'", "", "8704"),
        ("Rattengift „Panzer-Box“", "", "8710"),
        ("ノートパソコン ソフトケース付き 新品", "8471", "49"),
        ("아기이불 자동차 무늬", "63", "8703"),
    ],
)
def test_what_only_tells_how_a_thing_looks_or_what_it_is_called_is_no_thing(
    description: str, is_: str, is_not: str
) -> None:
    found = headings(recognise(description))
    assert not is_ or is_ in found
    assert is_not not in found


def test_what_only_looks_like_something_is_for_a_person_to_say_where_nothing_else_is_named() -> None:
    assert {hit.code: hit.certainty for hit in recognise("ships pattern").headings} == {"8901": 0.45}


@pytest.mark.parametrize(
    ("description", "both"),
    [
        ("伊朗轻质原油 换标马来混合油", {"2709"}),
        ("水晶杯 花瓶", {"7013"}),
        ("自動車 冷蔵庫", {"8703", "8418"}),
        ("中古 乗用車 トヨタ", {"8703"}),
    ],
)
def test_a_space_parts_things_where_words_are_not_parted_by_spaces(description: str, both: set[str]) -> None:
    assert both <= headings(recognise(description))


@pytest.mark.parametrize("description", ["合金小汽车 玩具", "自動車 おもちゃ"])
def test_a_toy_behind_a_space_still_speaks_for_the_whole(description: str) -> None:
    assert "8703" not in headings(recognise(description))


def test_a_character_that_counts_is_no_goods() -> None:
    assert "1006" not in headings(recognise("花岗岩佛像雕刻 高8米"), least=0.3)
    assert "61" not in headings(recognise("foulards, 10 pièces"), least=0.95)
    assert len(recognise("foulards, 10 pièces").things) == 1


def test_a_word_of_two_meanings_is_read_by_what_stands_beside_it() -> None:
    assert headings(recognise("nuts")) == {"08"}
    assert headings(recognise("Hex bolts, nuts, washers")) == {"73", "7318"}


def test_diesel_is_fuel_but_of_an_engine_a_car_or_a_maker_only_what_it_runs_on() -> None:
    assert headings(recognise("diesel, 500 bbl")) == {"2710"}
    for description in ("generator set, diesel", "pickup truck, diesel", "Toyota Hilux 2.8 diesel", "Kamaz diesel"):
        assert "2710" not in headings(recognise(description), least=0.3), description


def test_one_spelling_in_two_languages_is_read_in_the_language_of_the_rest() -> None:
    assert "8471" not in headings(recognise("Demir takviyesi tablet"))


def test_a_plural_in_ves_is_known_by_its_singular() -> None:
    assert headings(recognise("silk scarves")) == headings(recognise("silk scarf")) == {"61", "62"}
