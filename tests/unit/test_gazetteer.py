"""Which countries a text speaks of, in many spellings and scripts, and which it only seems to."""

from __future__ import annotations

import pytest

from tests import packaged
from tidewaiter.errors import RuleError
from tidewaiter.rulebook.country_knowledge import packaged_ties, together
from tidewaiter.rulebook.gazetteer import REMEMBERED_LENGTH, Claim, Gazetteer, MentionKind
from tidewaiter.rulebook.rules import Territory
from tidewaiter.rulebook.yaml_source import parse_yaml

SURE = {MentionKind.NAME, MentionKind.PLACE, MentionKind.GOVERNMENT}

NORTH = """
DPRK | D.P.R.K. | D. P. R. K. | d p r k | dprk | DPR Korea | D.P.R. Korea | DPR of Korea | PDRK | Korea, DPR
North Korea | NORTH KOREA | north-korea | NorthKorea | N. Korea | N.Korea | N Korea | Korea, North | Korea (North) | Korea North
Northern Korea | North Korean goods | ＮＯＲＴＨ ＫＯＲＥＡ
Democratic People's Republic of Korea | Democratic People’s Republic of Korea | Democratic Peoples Republic of Korea
Democratic Peoples' Republic of Korea | DEMOCRATIC PEOPLE`S REPUBLIC OF KOREA | Democratc People's Republic of Korea
Democratic Poeple's Republic of Korea | Democratic People's Repblic of Korea | Democratic People Republic of Korea
Demokratic People's Republic of Korea | People's Democratic Republic of Korea | Democratic Republic of Korea
Korea, Democratic People's Republic of | Korea (the Democratic People's Republic of) | Korea (Democratic People's Republic)
Korea, Dem. People's Rep. of | Korea Dem People's Rep | Korea, Dem. Rep. | Dem. People's Rep. of Korea
République populaire démocratique de Corée | RPDC | Corée du Nord | l'ambassade de Corée du Nord | produits nord-coréens
República Popular Democrática de Corea | Corea del Norte | gobierno norcoreano | Coreia do Norte | Coréia do Norte
Corea del Nord | Repubblica Popolare Democratica di Corea | Nordkorea | Nordkoreas Regierung | nordkoreanische Waren
Demokratische Volksrepublik Korea | DVR Korea | Noord-Korea | Pohjois-Korea | Pohjois-Koreasta
КНДР | К.Н.Д.Р. | Северная Корея | в Северную Корею | из Северной Кореи | СЕВЕРНОЙ КОРЕЕ | Сев. Корея | северокорейский
Корейская Народно-Демократическая Республика | Корейской Народно-Демократической Республики | Північна Корея | до Північної Кореї
Корейська Народно-Демократична Республіка | Северна Корея | Severnaya Koreya | Sjeverna Koreja | Severní Korea | Korea Północna
do Korei Północnej | Észak-Korea | Βόρεια Κορέα | Šiaurės Korėja | Ziemeļkoreja
Kuzey Kore | Kuzey Kore'ye | KUZEY KORE | Şimali Koreya | Солтүстік Корея | كوريا الشمالية | جمهورية كوريا الديمقراطية الشعبية
צפון קוריאה | کره شمالی | उत्तर कोरिया | Korea Utara | Triều Tiên | Bắc Triều Tiên | เกาหลีเหนือ | Хойд Солонгос
朝鲜 | 運往朝鮮 | 北朝鲜 | 北朝鮮向け | 朝鲜民主主义人民共和国 | 朝鮮民主主義人民共和国 | 北韓 | 越南、朝鲜 | 海南朝鲜贸易公司
조선민주주의인민공화국 | 조선민주주의인민공화국에 | 조선 민주주의 인민 공화국 | 북한 | 북한으로 | 북조선
Pyongyang | PYONGYANG | Pyong Yang | P'yŏngyang | P’yongyang | Phyongyang | Pyeongyang | Pyongyan | Pyongyang-si | Pyongnyang
Pyonyang | Pyungyang | Pjöngjang | Phenian | Пхеньян | в Пхеньяне | Пхеньяна | 평양 | 평양시 중구역 | 平壤 | 平壌 | ピョンヤン | بيونغ يانغ
Nampo | Namp'o | Nampho | 남포항 | Ch'ŏngjin | Chongjin | Чхонджин | 청진시 | Wŏnsan | Wonsan | 원산항 | Hŭngnam | Hamhŭng
Sinŭiju | Sinuiju | Sinuju | Shinuiju | 신의주 | 新义州 | Rason | Rajin-Sonbong | 罗先 | Kaesong Industrial Complex | 개성공단
Yongbyon | 宁边 | North Hamgyong Province | P'yongan-bukto | 평안북도 | 咸镜北道 | Tumangang
Korean People's Army | Workers' Party of Korea | Workers Party of Korea | Корейская народная армия | 조선로동당 | 朝鲜人民军
Embassy of the DPRK in Berlin | 朝鲜驻华大使馆 | Посольство КНДР | Ministry of People's Armed Forces
"""

NOT_NORTH = """
Republic of Korea | REPUBLIC OF KOREA | the Republic of Korea | Korea, Republic of | Korea (Republic of) | Korea, Rep. | Rep. of Korea
ROK | R.O.K. | South Korea | SouthKorea | S. Korea | Korea, South | Korea (South) | Southern Korea | South Korean goods | Republik Korea
République de Corée | Corée du Sud | República de Corea | Corea del Sur | Coreia do Sul | Corea del Sud | Südkorea | Zuid-Korea
Южная Корея | Южной Корее | Республика Корея | Республики Корея | Південна Корея | Korea Południowa | Republika Korei | Güney Kore
Kore Cumhuriyeti | كوريا الجنوبية | جمهورية كوريا | דרום קוריאה | Korea Selatan | Hàn Quốc | เกาหลีใต้
大韩民国 | 大韓民国 | 韩国 | 韓国 | 南朝鲜 | 南韓 | 湖北韓國商会 | 대한민국 | 한국 | 남한 | 남조선
Seoul | 서울특별시 | Busan | Pusan | Incheon | Pyeongtaek | P'yŏngt'aek | Pyongtaek | 평택 | Pyeongchang | P'yŏngch'ang | 평창 | Pohang
Nampo-dong, Busan | 부산 중구 남포동 | 서울 종로구 청진동
Korean Peninsula | Korea Strait | 朝鲜族 | 延边朝鲜族自治州 | 朝鲜半岛 | 조선일보 | 조선소 | 朝鮮人参 | 조선호텔
북한산 | 북한강 | 강북한의원 | 전북한우 | 원산지: 베트남 | 청진기 | 평양냉면 | 함흥냉면
Korea | Korea Electric Power | Korean Air | Corée | Корея | North Carolina | North Kora | People's Republic of China | P.R. China
Democratic Republic of the Congo | Republic of the Congo | Lao People's Democratic Republic | Democratic Republic of Vietnam
Dandong | 丹东 | Nakhodka | Находка | Vladivostok | Владивосток | Hunchun | Khasan | Dalian | 大连
Mason and Rasonable Ltd | Pythagoras | Republic | Democratic Party | Chongqing | Changjin
"""


def variants(table: str) -> list[str]:
    return [text.strip() for line in table.strip().splitlines() for text in line.split(" | ")]


def sure_countries(text: str) -> set[str]:
    return {mention.country for mention in packaged.gazetteer().mentions(text) if mention.kind in SURE}


@pytest.mark.parametrize("text", variants(NORTH))
def test_the_north_is_recognised_however_it_is_written(text: str) -> None:
    assert "KP" in sure_countries(text)
    assert "KP" in sure_countries(f"Room 4, {text}, attention of the shipping department")


@pytest.mark.parametrize(
    "text",
    [
        "Py\u043engyang", "N\u039fRTH K\u039fREA", "N0rth K0rea", "PY0NGYANG", "P y o n g y a n g", "N o r t h K o r e a",
        "Pyong\u200byang", "Pyong\u00adyang", "\ufeffPyongyang", "\u671d\u200b\u9c9c", "\ubd81\u2060\ud55c", "\u0421\u0435\u200b\u0432\u0435\u0440\u043d\u0430\u044f \u041a\u043e\u0440\u0435\u044f",
    ],
)  # fmt: skip
def test_a_name_in_disguise_is_seen_through(text: str) -> None:
    assert "KP" in sure_countries(text)


@pytest.mark.parametrize("text", variants(NOT_NORTH))
def test_what_only_looks_like_the_north_is_not_taken_for_it(text: str) -> None:
    assert "KP" not in sure_countries(text)
    assert "KP" not in sure_countries(f"Room 4, {text}, attention of the shipping department")


@pytest.mark.parametrize("text", [*variants(NOT_NORTH), ""])
def test_the_north_is_seen_beside_whatever_else_stands_there(text: str) -> None:
    assert "KP" in sure_countries(f"{text}; Pyongyang, DPRK")
    assert "KP" in sure_countries(f"平壤 / {text}")


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("South Sudan", "SS"), ("Juba, Republic of South Sudan", "SS"), ("Южный Судан", "SS"), ("南苏丹", "SS"), ("Soudan du Sud", "SS"),
        ("Jilib, Middle Juba", "SO"), ("Sudan", "SD"), ("Khartoum, Sudan", "SD"), ("苏丹", "SD"), ("Судана", "SD"),
        ("Democratic Republic of the Congo", "CD"), ("Congo, Dem. Rep.", "CD"), ("DR Congo", "CD"), ("刚果民主共和国", "CD"),
        ("Republic of the Congo", "CG"), ("Congo-Brazzaville", "CG"),
        ("Guinea", "GN"), ("Guinea-Bissau", "GW"), ("Equatorial Guinea", "GQ"), ("Papua New Guinea", "PG"), ("guinea pigs", None),
        ("Niger", "NE"), ("Nigeria", "NG"), ("Dominica", "DM"), ("Dominican Republic", "DO"),
        ("Lebanon, Pennsylvania", None), ("Cuba, Missouri", None),
    ],
)  # fmt: skip
def test_each_of_two_look_alikes_is_itself_alone(text: str, country: str | None) -> None:
    assert sure_countries(text) == ({country} if country else set())


@pytest.fixture(scope="module")
def streets() -> Gazetteer:
    return packaged_ties().gazetteer(
        Territory.model_validate({"country": country, "since": "2020-01-01", "demonym": "x", "names": names, "places": places})
        for country, names, places in (
            ("CU", ["Cuba"], ["Havana"]), ("IR", ["Iran", "이란"], ["Teheran", "Téhéran", "테헤란"]), ("RU", ["Russia"], ["Moscow", "Moscou", "St. Petersburg"]),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "12 Cuba Street, Wellington", "Teheran-ro, Gangnam-gu, Seoul", "서울 강남구 테헤란로 152", "14 rue de Téhéran, Paris", "Rue de Moscou 3",
        "Moscow Road, London", "200 Central Avenue, St. Petersburg, FL 33701", "Moscow, Idaho", "Russian Hill",
    ],
)  # fmt: skip
def test_a_street_or_another_town_is_not_the_country(text: str, streets: Gazetteer) -> None:
    assert not {"CU", "IR", "RU"} & {mention.country for mention in streets.mentions(text)}


@pytest.mark.parametrize(
    "text",
    [
        "볼리비아",
        "ボリビア産",
        "ハイランド",
        "トヨタ ハイランダー",
        "プロシア",
        "上海地区",
        "珠海地方",
        "白俄罗斯 Minsk",
        "주식회사 아이티",
    ],
)
def test_a_short_name_inside_another_word_is_not_said(text: str) -> None:
    assert not {"IR", "LY", "HT", "RU"} & {mention.country for mention in packaged.gazetteer().mentions(text)}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("리비아", "LY"),
        ("리비아에서", "LY"),
        ("リビア産", "LY"),
        ("輸出先イラン", "IR"),
        ("运往海地", "HT"),
        ("ロシア製", "RU"),
        ("上海到俄罗斯", "RU"),
    ],
)
def test_a_short_name_by_itself_is_said(text: str, country: str) -> None:
    assert country in {mention.country for mention in packaged.gazetteer().mentions(text)}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("5 Cuba Street, Havana", "CU"), ("Tverskaya Street, Moscow", "RU"), ("Moscow, Leninsky Prospekt", "RU"), ("Street 4, Teheran", "IR"),
        ("St. Petersburg, Russia", "RU"), ("Nevsky Avenue 5, St. Petersburg", "RU"), ("테헤란", "IR"),
    ],
)  # fmt: skip
def test_a_street_hides_no_town_beside_it(text: str, country: str, streets: Gazetteer) -> None:
    assert country in {mention.country for mention in streets.mentions(text)}


def test_one_shared_name_is_only_perhaps_a_country() -> None:
    assert {(m.country, m.kind) for m in packaged.gazetteer().mentions("Korea")} == {("KP", MentionKind.AMBIGUOUS)}
    assert {(m.country, m.kind) for m in packaged.gazetteer().mentions("Congo")} == {("CD", MentionKind.AMBIGUOUS)}


def test_a_border_crossing_is_a_hub_and_no_place_of_the_country() -> None:
    assert {(m.country, m.kind) for m in packaged.gazetteer().mentions("Free Trade Zone, Dandong")} == {
        ("KP", MentionKind.HUB)
    }


def test_all_countries_of_a_text_are_named_each_phrase_once() -> None:
    found = packaged.gazetteer().mentions("Pyongyang to Pyongyang by Seoul, then South Sudan")
    assert [(m.country, m.phrase) for m in found] == [("KP", "Pyongyang"), ("KR", "Seoul"), ("SS", "South Sudan")]


def test_the_longest_phrase_claims_its_words_whatever_the_order_given() -> None:
    claims = [Claim("Korea", "AA"), Claim("South Korea", "BB"), Claim("South Korea Street", None)]
    for order in (claims, claims[::-1]):
        gazetteer = Gazetteer(order)
        assert [m.country for m in gazetteer.mentions("in South Korea")] == ["BB"]
        assert gazetteer.mentions("at South Korea Street") == ()


def test_a_phrase_may_speak_of_two_countries() -> None:
    gazetteer = Gazetteer([Claim("Abyei", "SD", MentionKind.PLACE), Claim("Abyei", "SS", MentionKind.PLACE)])
    assert {m.country for m in gazetteer.mentions("Abyei")} == {"SD", "SS"}


def test_a_slip_is_forgiven_only_where_the_gazetteer_says_so() -> None:
    assert Gazetteer([Claim("~Pyongyang", "KP")]).mentions("Pyongyamg")
    assert not Gazetteer([Claim("Pyongyang", "KP")]).mentions("Pyongyamg")
    assert not Gazetteer([Claim("~Rason", "KP")]).mentions("Mason")


def test_long_texts_are_read_to_their_end() -> None:
    assert "KP" in sure_countries("nothing here " * REMEMBERED_LENGTH + "Pyongyang")


def test_nothing_is_found_in_nothing() -> None:
    assert packaged.gazetteer().mentions(None) == ()
    assert packaged.gazetteer().mentions(" \n") == ()
    assert Gazetteer([]).mentions("Pyongyang") == ()


def test_words_that_cannot_be_used_are_refused_by_file_and_line() -> None:
    text = "countries:\n  - country: KP\n    names:\n      - Ko* Nord\n"
    with pytest.raises(RuleError, match=r"ties.yaml:4.*at least 3 letters"):
        together([parse_yaml(text, "ties.yaml")])


def test_the_hash_is_of_the_meaning_and_not_of_the_layout() -> None:
    one = together([parse_yaml("countries: [{country: KP, names: [DPRK]}]", "a.yaml")])
    other = together([parse_yaml("# a comment\ncountries:\n  - {names: [DPRK], country: KP}", "b.yaml")])
    assert one.sha256 == other.sha256
    assert one.sha256 != together([parse_yaml("nobody: [DPRK]", "c.yaml")]).sha256
