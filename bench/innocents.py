"""Names of people and companies who are on no list, from many countries in their own scripts.

Faker and Mimesis (both MIT) each have given names, family names and company words by country.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.listed_parties import in_report_half, name_key
from tidewaiter.matching.entry import EntryType

TUNE_SEED, REPORT_SEED = 1718, 2270
FAKER_LOCALES = (
    "en_US en_GB en_IN en_NG de_DE fr_FR es_ES es_MX pt_BR it_IT nl_NL pl_PL cs_CZ ro_RO ru_RU uk_UA tr_TR "
    "ar_AA fa_IR he_IL hi_IN bn_BD zh_CN zh_TW ja_JP ko_KR vi_VN th_TH id_ID sv_SE fi_FI el_GR hu_HU az_AZ "
    "ka_GE hy_AM ta_IN ne_NP bg_BG hr_HR lt_LT da_DK no_NO sk_SK sl_SI et_EE lv_LV en_PH es_CO fr_DZ"
).split()
MIMESIS_LOCALES = "ar-eg ar-sa ar-sy da de en en-gb es es-mx fa fi fr hu it ja kk ko nl pl pt-br ru sv tr uk zh".split()
REAL_COMPANIES = frozenset({"Faker ru_RU", "Faker fa_IR", "Mimesis ru", "Mimesis fa"})
"""Sources whose companies are real ones of countries where many are listed: they are no innocents."""
A_LOCALE = 1_700
"""Persons and companies drawn for each locale and source, of which about half are of the half asked for."""


@dataclass(frozen=True, slots=True)
class Innocent:
    """A made-up party; `source` is the library and locale."""

    name: str
    type: EntryType
    source: str


def innocents(report: bool, a_locale: int = A_LOCALE) -> list[Innocent]:
    """The made-up parties of one half: other seeds, and no name that is of the other half. Each name stands once."""
    seen: set[tuple[str, EntryType]] = set()
    found = []
    for innocent in (*_faker(report, a_locale), *_mimesis(report, a_locale)):
        key = (name_key(innocent.name), innocent.type)
        if innocent.type is EntryType.ORGANISATION and innocent.source in REAL_COMPANIES:
            continue
        if key[0] and key not in seen and in_report_half(innocent.name) == report:
            seen.add(key)
            found.append(innocent)
    random.Random("innocents").shuffle(found)
    return found


def _share(a_locale: int) -> tuple[tuple[EntryType, int], ...]:
    return ((EntryType.PERSON, a_locale * 3 // 4), (EntryType.ORGANISATION, a_locale // 4))


def _faker(report: bool, a_locale: int) -> Iterator[Innocent]:
    faker = _library("faker")
    for locale in FAKER_LOCALES if faker else ():
        source = faker.Faker(locale)
        source.seed_instance(REPORT_SEED if report else TUNE_SEED)
        for type_, count in _share(a_locale):
            for _ in range(count):
                name = source.name() if type_ is EntryType.PERSON else source.company()
                yield Innocent(name, type_, f"Faker {locale}")


def _mimesis(report: bool, a_locale: int) -> Iterator[Innocent]:
    mimesis = _library("mimesis")
    for locale in MIMESIS_LOCALES if mimesis else ():
        seed = REPORT_SEED if report else TUNE_SEED
        person, finance = mimesis.Person(locale, seed=seed), mimesis.Finance(locale, seed=seed)
        for type_, count in _share(a_locale):
            for _ in range(count):
                name = person.full_name() if type_ is EntryType.PERSON else finance.company()
                yield Innocent(name, type_, f"Mimesis {locale}")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"no innocent names of {name}: it is not installed (make setup)")
        return None
