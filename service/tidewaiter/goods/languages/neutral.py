"""What is written alike in every language: makers, designations, codes and symbols."""

from __future__ import annotations

from tidewaiter.goods.languages.en import LANGUAGE as ENGLISH
from tidewaiter.goods.languages.language import AmountWords, Language, words
from tidewaiter.goods.languages.scripts import Script

LANGUAGE = Language(
    code="any",
    name="any language",
    script=Script.OTHER,
    precedence=0,
    stem=ENGLISH.stem,
    modifier_remarks=True,
    in_any_text=True,
    plurals=words("s"),
    amounts=AmountWords(
        units={
            "kg": words("kg kgs"),
            "t": words("t mt"),
            "l": words("l ltr ltrs"),
            "m3": words("m3 m³ cbm"),
            "bbl": words("bbl bbls"),
        },
        currencies={
            "USD": words("usd us$ $"),
            "EUR": words("eur € euro"),
            "GBP": words("gbp £"),
            "RUB": words("rub rur ₽"),
            "CNY": words("cny rmb"),
            "JPY": words("jpy"),
            "KRW": words("krw ₩"),
            "TRY": words("try ₺"),
            "CHF": words("chf"),
            "INR": words("inr ₹"),
            "AED": words("aed"),
            "KPW": words("kpw"),
            "HKD": words("hkd hk$"),
            "CAD": words("cad c$"),
            "AUD": words("aud a$"),
            "SGD": words("sgd s$"),
            "UAH": words("uah ₴"),
        },
        multipliers={"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "mln": 1_000_000, "mio": 1_000_000},
        price=words("cif fob exw cfr cpt dap ddp cip fca"),
        packages=words("x"),
        thousand_or_point=words("kg t mt l"),
    ),
)
