"""Rule files: what they may say, and what is said about one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidewaiter.errors import RuleError
from tidewaiter.goods.classifier import Classifier
from tidewaiter.goods.recognition import ItemQuery
from tidewaiter.rulebook.loader import (
    BUILTIN,
    builtin_rule_sets,
    check_together,
    load_lexicon,
    load_rule_sets,
    read_rule_set,
)
from tidewaiter.rulebook.policy import parse_jurisdictions
from tidewaiter.rulebook.yaml_source import parse_yaml, read_yaml

GOOD = (BUILTIN / "un-kp.yaml").read_text(encoding="utf-8")


def test_plain_scalars_are_text_so_that_norway_and_leading_zeros_survive() -> None:
    content = parse_yaml(
        "countries: [NO, KP]\ncode: 0101\nday: 2016-03-02\nall: true\nnone: null\nquoted: 'true'", "x"
    ).content
    assert content == {
        "countries": ["NO", "KP"],
        "code": "0101",
        "day": "2016-03-02",
        "all": True,
        "none": None,
        "quoted": "true",
    }


@pytest.mark.parametrize(
    ("find", "replace", "message"),
    [
        ("id: KP-TO-VEHICLE\n", "id: kp vehicle\n", r"un-kp\.yaml:\d+: rules\[0\]\.id: "),
        ("category: vehicle,", "category: vehicel,", r"un-kp\.yaml:\d+: rules\[0\]\.goods\.categories\[0\]\.category: .*vehicel"),
        ("    group: op7\n", "    grupo: op7\n", r"un-kp\.yaml:\d+: rules\[0\]\.grupo: unknown field"),
        ("in_force: {since: 2017-12-22}", "in_force: {since: 2017-12-22, until: 2016-01-01}", "until 2016-01-01 is before since 2017-12-22"),
        ("in_force: {since: 2017-12-22}", "in_force: {since: 2017-12-21}", "KP-TO-VEHICLE: in force since 2017-12-21, before its law was adopted on 2017-12-22"),
        ('{instrument: "2397", provision: OP 7, confidence: H}', '{instrument: "2398", provision: OP 7, confidence: H}', "KP-TO-VEHICLE: '2398' is not among the `instruments`"),
        ("countries: [KP]", "countries: [IR]", "KP-TO-VEHICLE: IR is not among the `territories`"),
        ("countries: [KP]", "countries: [NK]", "Republic of Korea is KP"),
        ("id: KP-TO-INDMACH\n", "id: KP-TO-VEHICLE\n", "KP-TO-VEHICLE is used twice in this rule set"),
        ("title: Transportation vehicles to the DPRK\n", "title: !Transportation vehicles\n", r"un-kp\.yaml:\d+: !Transportation is a tag"),
        ("title: Transportation vehicles to the DPRK\n", "title: a\n    title: b\n", r"un-kp\.yaml:\d+: the key 'title' appears twice"),
        ("rules:\n", "rules: [\n", r"un-kp\.yaml:\d+: not YAML"),
    ],
)  # fmt: skip
def test_an_error_names_file_line_and_field(find: str, replace: str, message: str) -> None:
    assert find in GOOD
    with pytest.raises(RuleError, match=message):
        read_rule_set(parse_yaml(GOOD.replace(find, replace, 1), "un-kp.yaml"))


def test_the_line_of_an_error_is_the_line_in_the_file() -> None:
    broken = GOOD.replace("category: vehicle,", "category: vehicel,", 1)
    line = next(n for n, text in enumerate(broken.splitlines(), start=1) if "vehicel" in text)
    with pytest.raises(RuleError, match=rf"^un-kp\.yaml:{line}: "):
        read_rule_set(parse_yaml(broken, "un-kp.yaml"))


def test_a_folder_without_rule_sets_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"has no \*\.yaml rule set and no goods"):
        load_rule_sets(tmp_path)


def test_a_folder_with_goods_words_alone_is_a_folder_of_rules(tmp_path: Path) -> None:
    (tmp_path / "goods").mkdir()
    (tmp_path / "goods" / "ours.yaml").write_text(
        "lexicon: ours\ngoods:\n  - {id: widget, headings: ['8703'], terms: {en: 'zorbatron'}}\n", encoding="utf-8"
    )
    assert load_rule_sets(tmp_path) == ()
    with_ours = Classifier(load_lexicon([BUILTIN / "goods", tmp_path / "goods"]))
    (recognised,) = with_ours.recognise_many([ItemQuery("2 units zorbatron")])
    assert recognised.headings[0].code == "8703"


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"title: \xff\xfe")
    with pytest.raises(RuleError, match=r"bad\.yaml: is not UTF-8 text"):
        read_yaml(path)


def test_two_rule_sets_of_one_id_do_not_go_together() -> None:
    rule_sets = builtin_rule_sets()
    with pytest.raises(RuleError, match=r"rule set [\w-]+: is in the rule book 2 times"):
        check_together((*rule_sets, rule_sets[0]))


def test_every_rule_has_positive_and_negative_examples() -> None:
    for rule_set in builtin_rule_sets():
        for rule in rule_set.rules:
            assert rule.examples.match, rule.id
            assert rule.examples.no_match, rule.id


def test_jurisdictions_are_read_in_any_order_and_unknown_ones_named() -> None:
    assert parse_jurisdictions("us, UN ,EU") == parse_jurisdictions("UN,EU,US") == ("EU", "UN", "US")
    with pytest.raises(ValueError, match="'FR' is not known"):
        parse_jurisdictions("UN,FR")
