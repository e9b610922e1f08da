"""How the words around a thing turn what it is: what is denied, claimed, only a look, listed, or brings the goods."""

from __future__ import annotations

import pytest

from tests import packaged
from tidewaiter.goods.recognition import ItemQuery, Recognition

CAR = {"passenger_car", "vehicle"}
YACHT = {"vessel", "luxury_vehicle_watercraft"}
REVIEW = 0.3


def recognise(description: str) -> Recognition:
    return packaged.classifier_of_words().recognise(ItemQuery(description))


def categories(description: str, least: float = 0.5) -> set[str]:
    return {str(hit.category) for hit in recognise(description).categories if hit.certainty >= least}


@pytest.mark.parametrize(
    ("description", "there", "denied"),
    [
        ("sailing yacht, no engine fitted", YACHT, "industrial_machinery"),
        ("frozen squid, no arms", {"seafood"}, "arms"),
        ("wool blankets, neither rifles nor pistols", {"textile_apparel"}, "arms"),
        ("rice cookers (lorry not included)", {"electrical_equipment"}, "vehicle"),
        ("lead-free crystal wine glasses", {"lead_crystal"}, "lead"),
        ("tractor instead of old car", {"vehicle"}, "passenger_car"),
        ("яхта без двигателя", YACHT, "industrial_machinery"),
        ("одеяла шерстяные, оружия не содержит", {"textile_apparel"}, "zzz"),
        ("ковры, нет оружия", {"rugs_tapestries", "textile_apparel"}, "arms"),
        ("Segelyacht ohne Motor", YACHT, "industrial_machinery"),
        ("Teppiche, keine Gewehre", {"rugs_tapestries", "textile_apparel"}, "arms"),
        ("voilier sans moteur", YACHT, "industrial_machinery"),
        ("tapis, ni fusils ni pistolets", {"rugs_tapestries", "textile_apparel"}, "arms"),
        ("yate sin motor", YACHT, "industrial_machinery"),
        ("alfombras, no incluye fusiles", {"rugs_tapestries", "textile_apparel"}, "arms"),
        ("halı, tüfek içermez", {"rugs_tapestries", "textile_apparel"}, "arms"),
        ("يخت بدون محرك", YACHT, "industrial_machinery"),
        ("سجاد، لا يشمل بنادق", {"rugs_tapestries", "textile_apparel"}, "arms"),
        ("游艇，不含发动机", YACHT, "industrial_machinery"),
        ("不带发动机的游艇", YACHT, "industrial_machinery"),
        ("ヨット、エンジンなし", YACHT, "industrial_machinery"),
        ("요트, 엔진 제외", YACHT, "industrial_machinery"),
    ],
)
def test_what_the_words_say_is_not_there_is_not_among_the_goods(description: str, there: set[str], denied: str) -> None:
    found = categories(description)
    assert there <= found
    assert denied not in found


def test_what_is_denied_is_for_a_person_to_see_where_nothing_else_is_named() -> None:
    assert categories("no weapons") == set()
    assert categories("no weapons", REVIEW) == {"arms"}


@pytest.mark.parametrize(
    "description",
    ["model no AK-47", "not less than 20 rifles", "rifles not loaded", "не менее 20 винтовок", "No. 5 rifles"],
)
def test_a_no_that_counts_or_numbers_denies_nothing(description: str) -> None:
    assert categories(description) == {"arms"}


@pytest.mark.parametrize(
    "description",
    [
        "so-called fertiliser, in reality rifles",
        "toys, actually pistols",
        "якобы удобрения, на самом деле винтовки",
        "angeblich Spielzeug, tatsächlich Gewehre",
        "soi-disant jouets, en réalité des fusils",
        "supuestos juguetes, en realidad fusiles",
        "sözde oyuncak, aslında tüfek",
        "ألعاب، في الواقع بنادق",
        "所谓玩具，其实是步枪",
        "玩具として申告、実際は小銃",
        "장난감으로 신고, 실제로는 소총",
    ],
)
def test_what_the_goods_are_in_reality_counts_and_not_what_they_are_called(description: str) -> None:
    assert categories(description, 0.7) == {"arms"}


def test_nobody_talks_goods_clear_by_saying_what_they_are_in_reality() -> None:
    assert categories("rifles, in reality toys", REVIEW) == {"arms"}


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("wheat flour, lorry", set()),
        ("wheat flour, by barge", set()),
        ("anthracite, hopper wagons", {"coal"}),
        ("Weizenmehl, Lkw", set()),
        ("мука пшеничная, самолётом", set()),
        ("farine de blé, camion", set()),
        ("harina de trigo, camión", set()),
        ("pirinç, kamyon", set()),
        ("دقيق القمح، شاحنة", set()),
        ("小麦粉，货轮", set()),
        ("小麦粉、トラック便", set()),
        ("밀가루, 트럭", set()),
    ],
)
def test_what_brings_the_goods_is_none_of_them(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


def test_several_lorries_beside_machines_are_goods() -> None:
    assert categories("excavators, lorries, cranes") >= {"vehicle", "industrial_machinery"}
    assert categories("1 yacht, 2 lorries") >= {*YACHT, "vehicle"}


@pytest.mark.parametrize(
    "description",
    [
        "toys: lorries, trains, ships",
        "toys such as rifles, tanks",
        "игрушки: вертолёты, корабли",
        "Spielzeug: Hubschrauber, Schiffe, Panzer",
        "jouets : avions, navires",
        "juguetes: aviones, buques",
        "oyuncaklar: helikopter, gemi",
        "ألعاب: طائرات، سفن",
        "玩具：直升机、轮船",
        "玩具：ヘリコプター、船舶",
        "장난감: 헬리콥터, 선박",
    ],
)
def test_what_a_list_of_toys_names_are_toys(description: str) -> None:
    assert categories(description) == set()


def test_a_car_counted_beside_toys_is_a_car_and_one_that_is_not_is_for_a_person_to_say() -> None:
    assert categories("toys, 2 cars") == CAR
    assert categories("toys, cars") == set()
    assert categories("toys, cars", REVIEW) == CAR


@pytest.mark.parametrize(
    "description",
    [
        "biscuits, lorry motif",
        "pain d'épices image tracteur",
        "Kekse mit Bagger-Muster",
        "печенье в виде танка",
        "galletas con dibujo de tractor",
        "traktör resimli bisküvi",
        "饼干 坦克样式",
        "ビスケット 戦車デザイン",
        "탱크 패턴 비스킷",
        "بسكويت على هيئة دبابة",
    ],
)
def test_a_look_is_no_thing_in_any_language(description: str) -> None:
    assert categories(description) == set()


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("rental cars, 5 units", CAR),
        ("yacht repair", set()),
        ("helicopter hire", set()),
        ("Kranwartung", set()),
        ("游艇费", set()),
        ("statue restoration", set()),
        ("dépannage de camion", set()),
        ("repair ship 4000 t", {"vessel"}),
    ],
)
def test_a_service_is_what_stands_last_in_english_and_a_deed_is_no_thing(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Heckler & Koch, 20 pcs", {"arms"}),
        ("Heckler und Koch, 20 Stk", {"arms"}),
        ("A.K.-47 rifles", {"arms"}),
        ("R.P.G. 7", {"arms"}),
        ("incl. 3 rifles", {"arms"}),
        ("lorries 6x6", {"vehicle"}),
    ],
)
def test_signs_within_names_and_behind_short_words_part_nothing(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Vacheron Constantin, platinum", {"luxury_watch"}),
        ("Vacheron Constantin in white gold", {"luxury_watch"}),
        ("Audemars Piguet or rose", {"luxury_watch"}),
        ("lorry, with battery", {"vehicle"}),
        ("camión, con batería", {"vehicle"}),
        ("du cognac, des fusils", {"alcohol", "arms"}),
        ("AVGAS fuel", {"aviation_fuel", "refined_petroleum"}),
        ("mug, Ferrari logo", set()),
        ("Su-27 combat aircraft", {"aircraft_helicopter", "arms", "vehicle"}),
        ("coffee mugs, 24 parça", set()),
    ],
)
def test_a_metal_a_logo_a_remark_and_a_broad_name_only_tell_more(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("guide de la plongée et de la voile", set()),
        ("brake pads for lorries and for cranes", {"vehicle"}),
        ("запчасти для тракторов и для комбайнов", {"vehicle"}),
        ("bonbons goût cola et whisky", set()),
        ("sweets, cola and whisky flavour", set()),
        ("caramelos sabor ron y coñac", set()),
        ("plastic knives and forks", set()),
        ("couteaux et fourchettes en plastique", set()),
    ],
)
def test_what_and_joins_shares_what_stands_before_or_behind_it(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize("description", ["7,62x39", "патроны 7,62х39", "12,7×108, 3 zinc tins", "5,45х39, ящики"])
def test_a_calibre_may_be_written_with_a_comma_and_any_sign_between_its_numbers(description: str) -> None:
    assert "arms" in categories(description)


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("silk scarves, salmon", {"textile_apparel"}),
        ("salmon, 20 kg", {"seafood"}),
        ("suitcases, cotton", set()),
        ("plum, 20 crates", {"food_agri_07_08_12"}),
        ("hand cream, almond", {"perfume_cosmetics"}),
        ("bumpers, Clio IV", {"vehicle"}),
        ("insurance, lorry", set()),
        ("AKM on a lathe", {"arms"}),
        ("rifles, sprayers on the manifest", {"arms"}),
        ("lanceurs RPG-7, présentés comme tuyaux", {"arms"}),
    ],
)
def test_what_follows_a_comma_may_only_tell_more(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("휘 발 유 200드럼", {"refined_petroleum"}),
        ("軽 油 ローリー渡し", {"refined_petroleum"}),
        ("汽 油 散装", {"refined_petroleum"}),
        ("م ا ز و ت", {"refined_petroleum"}),
        ("鉄 銅", {"iron_steel_metals", "nonferrous_export"}),
        ("총 및 쌀", {"arms"}),
        ("サーボモーター", {"electrical_equipment"}),
        ("サーボモータ", {"electrical_equipment"}),
        ("バイオリン", {"musical_instrument"}),
        ("ヴァイオリン", {"musical_instrument"}),
        ("ストローク", set()),
        ("ウヰスキー、ウィスキー、ウイスキー", {"alcohol"}),
    ],
)
def test_a_word_is_the_same_however_it_is_spaced_or_spelt(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("汽车修补漆", set()),
        ("飞机票", set()),
        ("钢琴史", set()),
        ("戦車長の異名を持つ講師", set()),
        ("차량 탁송료", set()),
        ("iPhone用ゾルブケース", set()),
        ("ピアノ用ゾルブ", set()),
        ("自動車用部品", {"vehicle"}),
        ("自転車用タイヤ", set()),
        ("제면기 식당용", {"industrial_machinery"}),
        ("毛绒玩具鲸鱼", set()),
        ("水泥 吨袋", {"stone_earth_25"}),
        ("吨袋", {"textile_apparel"}),
        ("戦車型 弁当箱", set()),
        ("地毯式 飞行棋", set()),
        ("真珠入り 石けん", set()),
        ("仿大理石 水泥砖", set()),
        ("电影海报", set()),
        ("천공장비", {"industrial_machinery"}),
        ("トラクター ロータリー付", {"vehicle"}),
        ("布面油画 风景", {"art_antique"}),
    ],
)
def test_the_last_part_of_a_chinese_japanese_or_korean_word_is_the_thing(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("حافظة زربط للجوال", set()),
        ("سيارات وبالشاحنات", {"passenger_car", "vehicle"}),
        ("أرز والسكر والبنادق", {"arms"}),
        ("شامبو سجاد وموكيت", set()),
        ("بالات تيشيرتات", {"textile_apparel"}),
        ("صندوق بلاستيك رسمة دبابة", set()),
        ("سبائك ذهب", {"precious_minerals"}),
        ("سبائك دهب", {"precious_minerals"}),
        ("شنطة قوتشي جلد", {"leather_handbag"}),
        ("شنطة جلد", set()),
    ],
)
def test_arabic_joins_small_words_to_the_next_and_spells_by_dialect(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("aluminium scrap, rims", {"iron_steel_metals"}),
        ("suitcase, 4 wheels", set()),
        ("desks, dual motor", set()),
        ("hélicoptère, machine nue", {"aircraft_helicopter", "vehicle"}),
        ("grue télécommandée, jouet", set()),
        ("gel douche «Cognac & tabac»", set()),
        ("fusils, sous les mangues", {"arms"}),
        ("Gewehre, unter Kartoffeln", {"arms"}),
        ("obus inscrits comme carrelage", {"arms"}),
        ("gün kurusu kayısı", {"food_agri_07_08_12"}),
        ("walnut tv cabinet, walnut", set()),
    ],
)
def test_what_conceals_describes_or_consists_of_the_goods_is_none_of_them(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    "description",
    [
        '"garden sprayers", 40 pistols',
        "«outillage»: 40 pistolets",
        '"juguetes": 9 mm, Glock',
        "«сантехника», автоматы АК-47",
    ],
)
def test_what_stands_in_quotation_marks_is_what_someone_calls_the_goods(description: str) -> None:
    assert categories(description) == {"arms"}


def test_arms_in_quotation_marks_are_arms() -> None:
    assert categories('"pistols", 40 pcs') == {"arms"}
    assert categories('"hammers", pistols') == {"arms"}
    assert categories('"hammers", pistols', REVIEW) == {"arms", "iron_steel_metals"}


@pytest.mark.parametrize(
    ("description", "expected", "review"),
    [
        ("トロンボーン ソフトケース", set(), {"musical_instrument"}),
        ("赛车 电竞椅", set(), {"passenger_car", "vehicle", "luxury_vehicle_watercraft"}),
        ("自動車 冷蔵庫", {"passenger_car", "vehicle", "industrial_machinery"}, set()),
        ("ウイスキー 木箱", {"alcohol"}, set()),
        ("粉碎机 饲料", {"industrial_machinery"}, set()),
        ("包装機 せんべい", {"industrial_machinery"}, set()),
        ("水晶杯 花瓶", {"lead_crystal"}, set()),
        ("拳銃 グミ", set(), {"arms"}),
        ("소총 20정 화분", set(), {"arms"}),
        ("승용차 2대 냉장고", {"passenger_car", "vehicle", "industrial_machinery"}, set()),
    ],
)
def test_what_stands_a_space_before_something_harmless_is_for_a_person_to_see(
    description: str, expected: set[str], review: set[str]
) -> None:
    assert categories(description) == expected
    assert categories(description, REVIEW) >= expected | review


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ('revista "Yates y veleros"', set()),
        ("essai «Les navires de ligne»", set()),
        ("vélos gravel", {"vehicle"}),
        ("varilla de 3/8", {"iron_steel_metals"}),
        ("Toyota Corolla manual 2018", CAR),
        ("pistola manual", {"arms"}),
        ("Haynes manual, VW Golf", set()),
        ("подержанный Паджеро, дизель", CAR),
        ("jumper with reindeer and snowmobile", {"textile_apparel"}),
    ],
)
def test_titles_numbers_and_adjectives_are_read_for_what_they_are(description: str, expected: set[str]) -> None:
    assert categories(description) == expected


@pytest.mark.parametrize(
    "description",
    [
        "rifles, training",
        "винтовки, обучение",
        "aluminium scrap, rifles",
        "insurance, rifles",
        '"rifles", toys',
        "beans in tins and rifles",
    ],
)
def test_a_remark_about_arms_is_always_for_a_person_to_see(description: str) -> None:
    assert "arms" in categories(description, REVIEW)


def test_a_list_of_machines_and_parts_is_no_list_of_remarks() -> None:
    assert categories("pumps, brake discs, machines") == {"industrial_machinery", "vehicle"}
