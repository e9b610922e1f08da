"""Quantities and values that stand in an item's words: "2 units", "500 bbl", "USD 400 each", "3,5 млн руб".

Cautious by design: a value below a threshold may let goods pass, so where the words state two different ones, none is
taken. A number without a unit or a currency is never read as either ("925 silver", "LX 570").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tidewaiter.goods.parse.words import clean


@dataclass(frozen=True, slots=True)
class Quantity:
    """`amount` of `unit` (`pcs`, `pair`, `kg`, `t`, `l`, `m3`, `bbl`, `usgal`, `impgal`, `gal`); `words` as they stand
    in the text."""

    amount: Decimal
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Value:
    """`amount` in `currency` (ISO 4217); `each` when it is said to be the price of one piece, and `per` what else it is
    said to be the price of: a "kg", a "month"; "" where it is not."""

    amount: Decimal
    currency: str
    each: bool
    words: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """Everything that a text states, in its order."""

    quantities: tuple[Quantity, ...] = ()
    values: tuple[Value, ...] = ()

    @property
    def quantity(self) -> Quantity | None:
        """The one quantity stated, or None where there is none or more than one."""
        return self.quantities[0] if len({(q.amount, q.unit) for q in self.quantities}) == 1 else None

    @property
    def value(self) -> Value | None:
        """The one value stated, or None where there is none, more than one, or one of a kilogram or a month."""
        if len({(v.amount, v.currency, v.each, v.per) for v in self.values}) != 1 or self.values[0].per:
            return None
        return self.values[0]


def stated_in(text: str) -> Stated:
    """What `text` states. Never raises; a number too long to be an amount is passed over."""
    if not _DIGIT.search(text):
        return Stated()
    plain = clean(text)
    return Stated(tuple(q for _, _, q in _quantities(plain)), tuple(v for _, _, v in _values(plain)))


def found_in(text: str) -> list[tuple[int, int, Quantity | Value]]:
    """Every quantity and value of a text that is clean already, each with where it begins and ends, in order."""
    if not _DIGIT.search(text):
        return []
    found: list[tuple[int, int, Quantity | Value]] = [*_quantities(text), *_values(text)]
    return sorted(found, key=lambda one: one[:2])


def unit_of(word: str) -> tuple[str, Decimal] | None:
    """The unit that `word` names, as `Quantity` has it, and how many of it: ("t", 1000) for "thousand tonnes".

    None for a word that names no unit: "drums" is none.
    """
    spelt = _spelt(clean(word))
    if (unit := _UNITS.get(spelt)) is not None:
        return unit, Decimal(1)
    times, _, rest = spelt.partition(" ")
    if times in _TIMES and times != "m" and (unit := _UNITS.get(rest)) is not None:
        return unit, Decimal(_TIMES[times])
    return None


def _quantities(text: str) -> Iterator[tuple[int, int, Quantity]]:
    for found in _QUANTITY.finditer(text):
        amount = _number(found["number"], found["times"])
        if amount is not None:
            yield found.start(), found.end(), Quantity(amount, _UNITS[_spelt(found["unit"])], found[0].strip())


def _values(text: str) -> Iterator[tuple[int, int, Value]]:
    for found in _VALUE.finditer(text):
        before = found["before"] is not None
        number, times = (found["first"], found["first_times"]) if before else (found["second"], found["second_times"])
        currency = _CURRENCIES[_spelt(found["before"] if before else found["after"])]
        amount = _number(number, times)
        if amount is not None:
            value = Value(amount, currency, found["each"] is not None, found[0].strip(), found["per"] or "")
            yield found.start(), found.end(), value


def _number(digits: str, times: str | None) -> Decimal | None:
    """The number that `digits` write in any custom. One separator before three digits parts thousands ("1.200" is
    twelve hundred): of the two readings it is the greater, so that no value falls below a threshold by it."""
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", digits)
    comma, point = bare.rfind(","), bare.rfind(".")
    mark = max(comma, point)
    if mark >= 0:
        twice = bare.count(bare[mark]) > 1
        if twice or (min(comma, point) < 0 and len(bare) - mark - 1 == 3 and bare[:mark] != "0"):
            mark = len(bare)
        bare = re.sub("[.,]", "", bare[:mark]) + "." + re.sub("[.,]", "", bare[mark:])
    if len(bare) > _LONGEST:
        return None
    return Decimal(bare.rstrip(".")) * (_TIMES[_spelt(times)] if times else 1)


def _spelt(word: str) -> str:
    return " ".join(word.casefold().replace(".", "").split())


_LONGEST = 18
_DIGIT = re.compile(r"\d")

_UNITS = {
    word: unit
    for unit, words in {
        "pcs": "unit|units|pc|pcs|piece|pieces|ea|nos|шт|штук|штука|штуки|ед|единиц|единица|единицы|台|辆|輛|艘|架|"
        "件|个|個|枚|只|支|隻|대|개|척|벌|매|unité|unités|pièces|pièce|stück|stk|st|unidad|unidades|uds|piezas|قطعة|"
        "قطع|وحدة|وحدات|adet|tane|parça",
        "pair": "pair|pairs|пар|пара|пары|双|雙|足|켤레|paire|paires|paar|par|pares|زوج|أزواج|çift",
        "kg": "kg|kgs|kilo|kilos|kilogram|kilograms|кг|килограмм|公斤|千克|킬로그램|キロ|キログラム|kilogramme|"
        "kilogrammes|kilogramm|kilogramo|kilogramos|كغ|كجم|كيلو|كيلوغرام",
        "t": "t|mt|ton|tons|tonne|tonnes|metric ton|metric tons|metric tonne|metric tonnes|т|тонн|тонна|тонны|吨|噸|"
        "公吨|톤|トン|tonnen|tonelada|toneladas|طن|أطنان",
        "l": "l|ltr|ltrs|litre|litres|liter|liters|л|литр|литра|литров|升|公升|리터|リットル|litro|litros|لتر|لترات|lt",
        "usgal": "us gallon|us gallons|us gal|usg|u s gallon|u s gallons",
        "impgal": "imperial gallon|imperial gallons|imp gal|uk gallon|uk gallons",
        "gal": "gallon|gallons|gal|gals|галлон|галлонов|галлона|加仑|갤런|ガロン|galones|galón|جالون",
        "m3": "m3|m³|cbm|cubic metre|cubic metres|cubic meter|cubic meters|куб м|立方米|立方|세제곱미터|立方メートル|"
        "متر مكعب|metreküp",
        "bbl": "bbl|bbls|barrel|barrels|барр|баррель|баррелей|барреля|桶|배럴|バレル|baril|barils|fass|barril|barriles|"
        "برميل|براميل|varil",
    }.items()
    for word in words.split("|")
}

_CURRENCIES = {
    word: code
    for code, words in {
        "USD": "usd|us$|$|us dollar|us dollars|dollar|dollars|долл|долл сша|долл. сша|доллар|доллара|долларов|"
        "долларов сша|доллара сша|美元|美金|달러|ドル|米ドル|"
        "dólares|dólar|دولار|دولارات|dolar|abd doları",
        "EUR": "eur|€|euro|euros|евро|欧元|유로|ユーロ|يورو|avro",
        "GBP": "gbp|£|pound sterling|pounds sterling|фунт|фунтов|英镑|파운드|ポンド",
        "RUB": "rub|rur|₽|руб|рубль|рублей|рубля|rouble|roubles|ruble|rubles|卢布|루블|ルーブル|روبل",
        "CNY": "cny|rmb|人民币|元|위안|人民元|yuan|юаней|юань|юаня",
        "JPY": "jpy|日元|円|엔|yen|иен|иены|ين",
        "KRW": "krw|₩|원|韩元|won",
        "TRY": "try|₺|lira|лир|türk lirası",
        "CHF": "chf|swiss francs|франков|瑞士法郎|franken",
        "INR": "inr|₹|rupees|rupee",
        "AED": "aed|dirham|dirhams|درهم",
        "KPW": "kpw",
        "HKD": "hkd|hk$|港元|港币",
        "CAD": "cad|c$",
        "AUD": "aud|a$",
        "SGD": "sgd|s$",
        "UAH": "uah|₴",
    }.items()
    for word in words.split("|")
}

_TIMES = {
    "k": 1_000,
    "thousand": 1_000,
    "тыс": 1_000,
    "тысяч": 1_000,
    "천": 1_000,
    "mil": 1_000,
    "bin": 1_000,
    "ألف": 1_000,
    "万": 10_000,
    "萬": 10_000,
    "만": 10_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "mln": 1_000_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "millionen": 1_000_000,
    "mio": 1_000_000,
    "millones": 1_000_000,
    "millón": 1_000_000,
    "млн": 1_000_000,
    "миллион": 1_000_000,
    "миллионов": 1_000_000,
    "milyon": 1_000_000,
    "مليون": 1_000_000,
    "百万": 1_000_000,
    "백만": 1_000_000,
    "亿": 100_000_000,
    "億": 100_000_000,
    "억": 100_000_000,
}


def _either(words: dict[str, int] | dict[str, str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


# A number is not part of a longer word or number, nor does it follow a hyphen or a letter ("AK-47", "LX570").
_BEGIN = r"(?<![\d.\-/])(?<!\d,)(?<![^\W\u3040-\u9fff\uac00-\ud7af])"
_DIGITS = r"\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*"
_LATER = r"(?![^\W\d_])"
# Chinese, Japanese and Korean write the next word straight after the unit.
_END = r"(?:(?<=[\u3040-\u9fff\uac00-\ud7af])|(?!\w))"
_SCALE = rf"(?:{_either(_TIMES)})\.?"
_CURRENCY = _either(_CURRENCIES)
_ONE = (
    "unit|pc|pcs|piece|item|ea|each|шт|штуку|единицу|ед|单位|台|辆|件|个|只|套|stück|stk|pièce|unité|unidad|pieza|"
    "adet|대|개|قطعة|وحدة"
)
_EACH = (
    rf"(?:\s*(?:/\s*|per\s+|a\s+|за\s+|pro\s+|par\s+|la\s+|por\s+|je\s+|لكل\s+)(?:{_ONE})(?!\w)|\s*(?:each|apiece)\b)"
)
_PER = r"\s*(?:/\s*|(?:per|за|pro|par|por|لكل)\s+(?:1\s*)?)(?P<per>[^\W\d_]+)"

_QUANTITY = re.compile(
    rf"{_BEGIN}(?P<number>{_DIGITS})\s*(?:(?P<times>{_SCALE})\s*)??(?P<unit>{_either(_UNITS)})\.?{_END}", re.IGNORECASE
)
_VALUE = re.compile(
    rf"(?:(?<![^\W\d_])(?P<before>{_CURRENCY})\.?\s?(?P<first>{_DIGITS})(?:\s?(?P<first_times>{_SCALE}){_LATER})?"
    rf"|{_BEGIN}(?P<second>{_DIGITS})\s?(?:(?P<second_times>{_SCALE})\s?)?(?P<after>{_CURRENCY})\.?{_END})"
    rf"(?:(?P<each>{_EACH})|{_PER})?",
    re.IGNORECASE,
)
