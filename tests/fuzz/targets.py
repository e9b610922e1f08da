"""What is fed, with what, and what must be true of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

from hypothesis.strategies import SearchStrategy

from tests.fuzz import damage
from tests.fuzz.damage import Damaged
from tests.unit.test_import_goods import PAGE, PLAIN, TARIC, WANTED
from tests.unit.test_money import ECB
from tidewaiter.errors import RuleError
from tidewaiter.goods.lexicon.lexicon import Lexicon
from tidewaiter.rulebook.authoring.goods_lists import Format, read_goods
from tidewaiter.rulebook.codes import read_code_list, with_code_lists
from tidewaiter.rulebook.loader import BUILTIN, read_rule_set
from tidewaiter.rulebook.policy import QuotaTotals, Register
from tidewaiter.rulebook.rates import RateTable
from tidewaiter.rulebook.rates_file import load_rates, read_ecb
from tidewaiter.rulebook.yaml_source import parse_yaml, read_yaml


class Answer(StrEnum):
    """What became of an input."""

    REFUSED = "refused"
    REPORTED = "read, with a report of what is lost"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads what others wrote.

    `feed` reads one input with an empty folder of its own; it raises AssertionError when the answer is wrong, and lets
    through whatever the product must not raise. What is fed is drawn from `inputs`, and where there are none it is the
    `seeds`, damaged.
    """

    name: str
    group: str
    seeds: Sequence[bytes]
    hostile: Sequence[bytes]
    feed: Callable[[Damaged, Path], Answer]
    inputs: SearchStrategy[Damaged] | None = None


def refused_by(error: type[Exception], read: Callable[[bytes, Path], object]) -> Callable[[Damaged, Path], Answer]:
    """Feeds `read`, which may refuse with `error` and with a message, and with nothing else."""

    def feed(damaged: Damaged, folder: Path) -> Answer:
        try:
            read(damaged.content, folder)
        except error as refusal:
            assert str(refusal).strip(), "it refuses without a word"
            return Answer.REFUSED
        return Answer.READ

    return feed


def _text(content: bytes) -> str:
    """As `read_yaml` reads a file."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleError(f"not UTF-8: {error}") from error


def _rule_set(content: bytes, _: Path) -> object:
    return read_rule_set(with_code_lists(parse_yaml(_text(content), "rules.yaml"), BUILTIN))


def _lexicon(content: bytes, _: Path) -> object:
    return Lexicon.from_documents([("words.yaml", parse_yaml(_text(content), "words.yaml").content)])


def _model(model: type[Any], content: bytes, folder: Path) -> object:
    path = folder / "file.yaml"
    path.write_bytes(content)
    return read_yaml(path).read_as(model)


def _rates(content: bytes, folder: Path) -> object:
    path = folder / "rates.yaml"
    path.write_bytes(content)
    return RateTable(load_rates(path))


def _goods(kind: Format, content: bytes, _: Path) -> object:
    return read_goods(content, "list", kind, WANTED)


_LEXICON: Final = """lexicon: test-words
about: A few words.
categories:
  - {id: test_things, headings: ["8703", "8704"]}
goods:
  - {id: test-car, headings: ["8703"], categories: [test_things], certainty: 0.9, terms: {any: Testmobile, en: "test car, car for tests", ru: тестовая машина}}
makers:
  - {id: test-maker, makes: test-car, certainty: 0.7, terms: {any: Testworks, ko: 시험차}}
extend:
  - {id: test-car, terms: {de: Testwagen}}
""".encode()
_REGISTER: Final = b"""authorisations:
  - authority: 1718 Committee
    reference: COMM.1/2026
    parties: ["Test Relief"]
    goods: ["8703"]
    quantity: {amount: 2, unit: piece}
    countries: [KP]
    valid: {since: 2026-01-02, until: 2026-12-31}
"""
_TOTALS: Final = b"""totals:
  - quota: KP-TO-REFINED-CAP
    window: 2024-01-01
    total: "1000"
    unit: bbl
    as_of: 2024-06-30
    source: https://example.org/totals
"""
_RATES: Final = b"""series:
  - source: Test Bank
    base: EUR
    rates: {2024-05-06: {USD: "1.25", GBP: "0.8"}, 2024-05-07: {USD: "1.26"}}
fixed:
  - {currency: BGN, against: EUR, low: "1.95", high: "1.96", since: 1999-01-01, source: A law, url: "https://example.org/law", confidence: H}
"""


def _first_rules(name: str, rules: int) -> bytes:
    """A packaged rule set with its first rules alone, so that an input is read in a moment."""
    lines = (BUILTIN / name).read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith("  - id:")]
    return "".join(lines[: starts[rules]]).encode()


RULE_TARGETS: Final = (
    Target("rule set", "rules", (_first_rules("ca-kp.yaml", 1), _first_rules("us-chpl.yaml", 1)), damage.YAML, refused_by(RuleError, _rule_set)),
    Target("goods lexicon", "rules", (_LEXICON,), damage.YAML, refused_by(RuleError, _lexicon)),
    Target("register", "rules", (_REGISTER,), damage.YAML, refused_by(RuleError, partial(_model, Register))),
    Target("quota totals", "rules", (_TOTALS,), damage.YAML, refused_by(RuleError, partial(_model, QuotaTotals))),
    Target("rates", "rules", (_RATES,), damage.YAML, refused_by(RuleError, _rates)),
    Target("rates of the ECB", "rules", (ECB.encode(),), damage.CSV, refused_by(RuleError, lambda content, _: read_ecb(content, "x.csv"))),
    Target("code list", "rules", ((BUILTIN / "codes" / "us-chpl.csv").read_bytes(),), damage.CSV, refused_by(RuleError, lambda content, _: read_code_list(content, "codes.csv"))),
    Target("goods of TARIC", "rules", (TARIC.encode(),), damage.CSV, refused_by(RuleError, partial(_goods, Format.TARIC))),
    Target("goods of EUR-Lex", "rules", (PAGE.encode(),), damage.XML, refused_by(RuleError, partial(_goods, Format.EURLEX))),
    Target("goods in a table", "rules", (PLAIN.encode(),), damage.CSV, refused_by(RuleError, partial(_goods, Format.CSV))),
)  # fmt: skip
