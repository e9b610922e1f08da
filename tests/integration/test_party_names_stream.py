"""Names that are hard to match behave through the stream as they should, in every script in which they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.brokers import Broker
from tests.station import on, one_verdict_each
from tidewaiter.release.assembly import SAMPLE_LIST
from tidewaiter_schemas import Decision, Effect, Verdict

KIM_JONG_UN, KIM_YO_JONG = "sample:20157", "sample:21444"
UN_SPELLINGS = """
  - {id: A, type: person, authority: UN, names: ["RA KY'ONG-SU"], countries: [KP], confidence: V, url: "https://example.org/a"}
  - {id: B, type: person, authority: UN, names: ["YO'N CHO'NG NAM"], countries: [KP], confidence: V, url: "https://example.org/b"}
  - {id: C, type: person, authority: UN, names: ["KO CH'O'L-CHAE"], countries: [KP], confidence: V, url: "https://example.org/c"}
  - {id: D, type: person, authority: UN, names: ["RI U\u2019N SO\u2019NG"], countries: [KP], confidence: V, url: "https://example.org/d"}
"""
"""With the apostrophes of the UN's file, straight and curved."""
FOUND = {
    "KIM Jong Un": KIM_JONG_UN,
    "Kim Jong-un": KIM_JONG_UN,
    "Kim Jŏng Ŭn": KIM_JONG_UN,
    "Jong Un KIM": KIM_JONG_UN,
    "김정은": KIM_JONG_UN,
    "金正恩": KIM_JONG_UN,
    "Ким Чен Ын": KIM_JONG_UN,
    "Kim Yo Jong": KIM_YO_JONG,
    "KIM, Yo'-cho'ng": KIM_YO_JONG,
    "KIM, Yo\u2019-cho\u2019ng": KIM_YO_JONG,
    "김여정": KIM_YO_JONG,
    "金与正": KIM_YO_JONG,
    "Ким Ё Чжон": KIM_YO_JONG,
    "RA KY'ONG-SU": "sample:A",
    "RA KY\u2019ONG-SU": "sample:A",
    "Ra Kyong Su": "sample:A",
    " RA KY'ONG-SU\n": "sample:A",
    "Yon Chong Nam": "sample:B",
    "YO\u2019N CHO\u2019NG\n NAM": "sample:B",
    "Ko Chol Chae": "sample:C",
    "KO CH'O'L-CHAE": "sample:C",
    "RI U'N SO'NG": "sample:D",
    "RI U\u2019N SO\u2019NG": "sample:D",
    "Ri Un Song": "sample:D",
}
"""What the listed names are written as, and the entry that each must find: surely enough to block where a fact supports
it. Names of syllables are borne by many, and alone they are for review."""
OTHERS = ("Kim Jong-nam", "김정남", "金正男", "Ким Чен Нам", "Kim Jung-eun", "김중은", "Third Floor", "7-28")
"""Other people, and aliases that say nothing alone."""


CHAIRS = {"description": "chairs for the third floor, rooms 7-28", "hs_code": "9401.31"}
CAR = {"description": "passenger car", "hs_code": "8703.23"}


def _gift(name: str, what: dict[str, str] = CHAIRS, **party: Any) -> dict[str, Any]:
    return {
        "occurred_at": "2026-11-01T12:00:00Z",
        "kind": "gift",
        "parties": [{"role": "transferee", "name": name} | party],
        "items": [what],
        "route": {"destination": {"country": "SE"}},
    }


TRANSFERS = {
    **{f"found {n}": _gift(name, type="person") for n, name in enumerate(FOUND)},
    **{f"untyped {n}": _gift(name) for n, name in enumerate(FOUND)},
    **{f"supported {n}": _gift(name, type="person", countries=["KP"]) for n, name in enumerate(FOUND)},
    **{f"other {n}": _gift(name) for n, name in enumerate(OTHERS)},
    "born with him": _gift("Kim Jong Eun", type="person", birth_date="1984-01-08"),
    "born elsewhere": _gift("김정은", type="person", birth_date="1974-03-04", countries=["KR"]),
    "office with support": _gift("Third Floor", type="organisation", countries=["KP"]),
    "ship by name": _gift("7-28", type="vessel"),
    "ship by number": _gift("Another Name", type="vessel", identifiers=[{"type": "imo", "value": "8898831"}]),
    **{
        f"north {n}": _gift("Example Trading", CAR, type="organisation", address=f"1 Example Street, {country}")
        for n, country in enumerate(("Korea, North", "DPRK", "Democratic People's Republic of Korea"))
    },
    **{
        f"south {n}": _gift("Example Trading", CAR, type="organisation", address=f"1 Example Street, {country}")
        for n, country in enumerate(("Korea, South", "ROK", "Republic of Korea"))
    },
}


@pytest.fixture(scope="module")
def watchlist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("list") / "sample.yaml"
    path.write_text(SAMPLE_LIST.read_text(encoding="utf-8") + UN_SPELLINGS, encoding="utf-8")
    return path


def test_the_names_behave_in_every_script_through_the_stream(broker: Broker, watchlist: Path) -> None:
    with on(broker.address, lists=f"sample={watchlist}", jurisdictions="UN,US") as (station, _worker):
        station.publish([{"id": name} | transfer for name, transfer in TRANSFERS.items()])
        found = station.verdicts_on(TRANSFERS)
    one_verdict_each(found)
    verdicts = {name: Verdict.model_validate_json(records[0].value or b"") for name, records in found.items()}
    for n, (name, entry) in enumerate(FOUND.items()):
        for how, effect in (("found", Effect.REVIEW), ("untyped", Effect.REVIEW), ("supported", Effect.BLOCK)):
            effects = {finding.rule: finding.effect for finding in verdicts[f"{how} {n}"].findings}
            assert effects.get(entry) is effect, (how, name, effects)
    for n, name in enumerate(OTHERS):
        listed = [f.rule for f in verdicts[f"other {n}"].findings if f.rule.startswith("sample:")]
        assert not listed, (name, listed)
    assert _effect(verdicts["born with him"], KIM_JONG_UN) is Effect.BLOCK
    assert verdicts["born elsewhere"].decision is Decision.CLEAR
    assert _effect(verdicts["office with support"], "sample:KPe.030") is Effect.REVIEW
    assert _effect(verdicts["ship by name"], "sample:23156") is Effect.REVIEW
    assert _effect(verdicts["ship by number"], "sample:23156") is Effect.BLOCK
    for n in range(3):
        assert verdicts[f"north {n}"].decision is not Decision.CLEAR, n
        assert verdicts[f"south {n}"].decision is Decision.CLEAR, n


def _effect(verdict: Verdict, rule: str) -> Effect | None:
    return next((finding.effect for finding in verdict.findings if finding.rule == rule), None)
