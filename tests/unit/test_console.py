"""The console over HTTP: what its pages show, whom they let in, and that nothing on them is anything but text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import packaged
from tests.serving import TOPICS, Answer, Served, served, tokens_file
from tidewaiter.matching.entry import EntryType, ListedName, ListEntry
from tidewaiter.matching.names.name import NameKind
from tidewaiter.rulebook.loader import builtin_rule_sets
from tidewaiter.screening.screener import Screener
from tidewaiter.serve.alignment import WordKind, aligned
from tidewaiter.serve.pages import wording
from tidewaiter.serve.pages.highlights import Group, laid_out, leaves
from tidewaiter.serve.projection.applying import apply
from tidewaiter.settings import Settings
from tidewaiter.wire.cloudevents import decode
from tidewaiter_schemas.verdict import Verdict

SAMPLES = Path(__file__).parents[2] / "service" / "tidewaiter" / "samples" / "transfers.jsonl"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browser:
    """A client of the console: it keeps the cookie, and finds the token in the forms."""

    def __init__(self, server: Served, role: str) -> None:
        self.server = server
        answer = self._post("/login", {"token": server.client.tokens[role], "then": "/"}, "")
        assert answer.status == 303, answer.body
        self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def get(self, path: str, **headers: str) -> Answer:
        return self.server.client.get(path, Cookie=self.cookie, **headers)

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status, answer.body[:500])
        return answer.body.decode()

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        token = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', self.text("/names"))
        assert token is not None
        return self._post(path, form | {"csrf_token": token[1]}, self.cookie, **headers)

    def _post(self, path: str, form: dict[str, str], cookie: str, **headers: str) -> Answer:
        sent = FORM | ({"Cookie": cookie} if cookie else {}) | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.server.client.ask("POST", path, None, urlencode(form).encode(), sent)


def transfer(id_: str) -> bytes:
    return next(line for line in SAMPLES.read_bytes().splitlines() if json.loads(line)["id"] == id_)


def judged(screener: Screener, bodies: Sequence[bytes]) -> list[Verdict]:
    return screener.screen([decode(body, None, 1_000_000) for body in bodies])


def take(server: Served, bodies: Sequence[bytes], screener: Screener | None = None) -> list[Verdict]:
    """Records transfers and their verdicts as the stream does."""
    verdicts = judged(screener or packaged.screener(), bodies)
    places = server.topics.ends.get(TOPICS.verdicts, 0)
    reads = server.topics.reads([(TOPICS.verdicts, verdict) for verdict in verdicts])
    transfers = {(0, places + number): body for number, body in enumerate(bodies)}
    with server.service.store.write() as connection:
        apply(connection, TOPICS, reads, transfers, four_eyes=server.service.settings.four_eyes)
    return verdicts


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("console")
    tokens = tokens_file(folder / "tokens.yaml")
    settings = Settings(
        serve_database=f"sqlite:///{folder}/serve.db",
        serve_tokens_file=folder / "tokens.yaml",
        serve_requests_a_second=10_000,
    )
    with served(settings, packaged.screener(), tokens) as running:
        yield running


@pytest.fixture(scope="module")
def analyst(server: Served) -> Browser:
    return Browser(server, "analyst")


@pytest.fixture(scope="module")
def aurus(server: Served) -> Verdict:
    (verdict,) = take(server, [transfer("aurus-2024")])
    return verdict


# Whom pages let in


PAGES = ("/queue", "/live", "/screen", "/names", "/rulebook", "/audit", "/dead-letters")


def test_every_page_asks_for_a_login_and_has_the_policy(server: Served, analyst: Browser) -> None:
    for path in PAGES:
        refused = server.client.get(path)
        assert (refused.status, refused.headers["location"].partition("?")[2]) == (303, f"then=%2F{path[1:]}")
        page = analyst.get(path)
        assert page.status == 200, path
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        text = page.body.decode()
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), path
        assert '"allowEval":false' in text


def test_roles_see_the_pages_that_they_may_use(server: Served) -> None:
    producer = Browser(server, "producer")
    assert [producer.get(path).status for path in PAGES] == [403, 403, 200, 200, 200, 403, 403]
    assert 'href="/queue"' not in producer.text("/names")
    assert producer.get("/").headers["location"] == "/screen"
    auditor = Browser(server, "auditor")
    assert [auditor.get(path).status for path in PAGES] == [200, 200, 403, 200, 200, 200, 200]


def test_a_form_without_the_token_of_the_session_changes_nothing(
    server: Served, analyst: Browser, aurus: Verdict
) -> None:
    path = f"/alerts/{aurus.id}/assignment"
    forged = server.client.ask("POST", path, None, b"to=me", FORM | {"Cookie": analyst.cookie})
    assert forged.status == 403
    assert "assigned to nobody" in analyst.text(f"/alerts/{aurus.id}")
    assert analyst.post(path, {"to": "me"}).status == 303
    assert "assigned to analyst" in analyst.text(f"/alerts/{aurus.id}")
    assert analyst.post(path, {"to": "nobody"}).status == 303


def test_an_auditor_reads_an_alert_and_cannot_decide(server: Served, aurus: Verdict) -> None:
    auditor = Browser(server, "auditor")
    assert 'id="decision"' not in auditor.text(f"/alerts/{aurus.id}")
    form = {"judgement": "escalated", "reason": "no"}
    assert auditor.post(f"/alerts/{aurus.id}/decision", form).status == 403


# The queue


def test_the_queue_has_reviews_and_blocks_and_no_clear(server: Served, analyst: Browser, aurus: Verdict) -> None:
    bus, clear = take(server, [transfer("city-bus"), transfer("insulin")])
    page = analyst.text("/queue")
    assert f"/alerts/{aurus.id}" in page
    assert f"/alerts/{bus.id}" in page
    assert f"/alerts/{clear.id}" not in page
    only_lists = analyst.text("/queue?list=sample")
    assert f"/alerts/{aurus.id}" in only_lists
    assert f"/alerts/{bus.id}" not in only_lists
    assert f"/alerts/{bus.id}" in analyst.text("/queue?rule=KP-TO-VEHICLE")
    assert "Nothing waits with these filters" in analyst.text("/queue?decision=review&rule=KP-TO-LUX-2094-2b")


def test_what_waits_too_long_is_overdue(server: Served, analyst: Browser, aurus: Verdict) -> None:
    from sqlalchemy import update

    from tidewaiter.serve.projection.tables import verdicts

    with server.service.store.write() as connection:
        connection.execute(update(verdicts).where(verdicts.c.id == str(aurus.id)).values(screened_ms=1_000))
    page = analyst.text("/queue?overdue=true")
    assert f"/alerts/{aurus.id}" in page
    assert "! overdue" in page
    first = re.search(r'data-id="([^"]+)"', analyst.text("/queue"))
    assert first is not None
    assert first[1] == str(aurus.id), "the oldest first"


# One alert


def test_an_alert_marks_the_very_words_that_each_finding_rests_on(analyst: Browser, aurus: Verdict) -> None:
    page = analyst.text(f"/alerts/{aurus.id}")
    marked = re.findall(r"<mark>(.*?)<span class=\"on\">(.*?)</span></mark>", page)
    numbers = {unescape(words): re.findall(r"#finding-(\d)", links) for words, links in marked}
    assert numbers["car"] == ["1", "2"]
    assert numbers["Kim Jong Un"] == ["1", "2", "3"]
    assert numbers["Vladimir Putin"] == ["4"]


def test_an_alert_says_what_the_law_says_and_what_speaks_against(analyst: Browser, aurus: Verdict) -> None:
    page = unescape(analyst.text(f"/alerts/{aurus.id}"))
    finding = aurus.findings[0]
    assert finding.reason in page
    assert f'href="{finding.citation.url}"' in page
    assert wording.CONFIDENCE["V"] in page
    for against in ("This operator is not bound by US law.", "not an official list", "not confirmed"):
        assert against in page, against


def test_the_score_of_a_name_is_shown_as_its_sum(analyst: Browser, aurus: Verdict) -> None:
    page = analyst.text(f"/alerts/{aurus.id}")
    putin = page[page.index('id="finding-4"') :]
    figures = [float(each.replace("−", "-")) for each in re.findall(r'class="figure">([+−]?[\d.]+)<', putin)][:5]
    *parts, score = figures
    assert sum(parts) == pytest.approx(score, abs=0.011)
    assert score == aurus.findings[3].certainty


def test_a_later_verdict_on_the_same_transfer_is_named(server: Served, analyst: Browser, aurus: Verdict) -> None:
    changed = json.loads(transfer("aurus-2024")) | {"purpose": "for the museum"}
    (later,) = take(server, [json.dumps(changed).encode()])
    assert later.id != aurus.id
    assert f"/alerts/{aurus.id}" in analyst.text(f"/alerts/{later.id}")


def test_an_alert_that_is_not_there_is_a_page_of_its_own(analyst: Browser) -> None:
    for path in ("/alerts/0", "/alerts/5606a374-39cc-52eb-8c6f-d0eea79bc125", "/rules/NONE", "/entries/no/1"):
        answer = analyst.get(path)
        assert answer.status == 404, path
        assert answer.headers["content-type"].startswith("text/html"), path


def test_a_decision_that_the_broker_did_not_take_is_not_lost(server: Served, analyst: Browser) -> None:
    (vessel,) = take(server, [transfer("listed-vessel")])
    form = {"judgement": "false_positive", "reason": "a reason worth keeping", "finding": "3"}
    refused = analyst.post(f"/alerts/{vessel.id}/decision", form)
    page = refused.body.decode()
    assert refused.status == 503
    assert "Not recorded." in page
    assert "a reason worth keeping</textarea>" in page
    assert '<option value="3" selected>' in page
    assert re.search(r'value="false_positive"[^>]* checked', page)


@pytest.mark.parametrize(
    "wrong", [{"reason": "   "}, {"judgement": "clear"}, {"finding": "99"}, {"days": "0"}, {"reason": "x" * 2_001}]
)
def test_a_decision_that_is_not_whole_is_refused(analyst: Browser, aurus: Verdict, wrong: dict[str, str]) -> None:
    form = {"judgement": "true_match", "reason": "seen", "finding": "1"} | wrong
    assert analyst.post(f"/alerts/{aurus.id}/decision", form).status == 422


# Hostile names


def test_a_transfer_of_hostile_texts_is_shown_as_text(server: Served, analyst: Browser) -> None:
    body = {
        "id": HOSTILE,
        "occurred_at": "2024-02-18T12:00:00Z",
        "kind": "sale",
        "parties": [
            {"role": "transferor", "name": HOSTILE, "countries": ["RU"], "address": HOSTILE},
            {"role": "transferee", "name": f"Kim Jong Un {HOSTILE}", "countries": ["KP"]},
        ],
        "items": [{"description": f"Aurus limousine {HOSTILE}"}],
        "purpose": HOSTILE,
        "extensions": {HOSTILE: HOSTILE},
    }
    (verdict,) = take(server, [json.dumps(body).encode()])
    for path in ("/queue", "/live", f"/alerts/{verdict.id}", f"/audit?{urlencode({'find': HOSTILE})}"):
        _is_text(analyst.text(path), path)
    screened = analyst.post("/screen/pasted", {"transfer": json.dumps(body)}, HX_Request="true")
    assert screened.status == 200
    _is_text(screened.body.decode(), "/screen/pasted")


def test_an_entry_of_a_hostile_list_is_shown_as_text(tmp_path: Path) -> None:
    name = f"Grigory {HOSTILE} Potemkin"
    entry = ListEntry(
        id=HOSTILE,
        type=EntryType.PERSON,
        names=(ListedName(name),),
        programmes=(HOSTILE,),
        url="javascript:alert(3)",
        remarks=HOSTILE,
        provision=HOSTILE,
        addresses=(HOSTILE,),
    )
    (sample,) = packaged.rule_book().parties.lists
    book = packaged.compiled(builtin_rule_sets(["UN"])[:1], lists=[replace(sample, entries=(entry,))])
    screener = Screener(book)
    tokens = tokens_file(tmp_path / "tokens.yaml")
    settings = Settings(serve_database=f"sqlite:///{tmp_path}/s.db", serve_tokens_file=tmp_path / "tokens.yaml")
    with served(settings, screener, tokens) as running:
        browser = Browser(running, "analyst")
        body = {
            "id": "hostile-list",
            "occurred_at": "2024-02-18T12:00:00Z",
            "kind": "sale",
            "parties": [{"role": "transferee", "name": name, "type": "person", "countries": ["DE"]}],
        }
        (verdict,) = take(running, [json.dumps(body).encode()], screener)
        assert any(each.rule.endswith(HOSTILE) for each in verdict.findings)
        for path in ("/queue", f"/alerts/{verdict.id}"):
            _is_text(browser.text(path), path)
        found = browser.post("/names", {"name": name}, HX_Request="true")
        assert "1 listed party" in found.body.decode()
        _is_text(found.body.decode(), "/names")
        assert "javascript:" not in browser.text(f"/alerts/{verdict.id}")


def _is_text(page: str, path: str) -> None:
    assert "&lt;script&gt;" in page or "%3Cscript" in page, f"{path} does not show it at all"
    assert "<script>alert" not in page, path
    assert "<img" not in page, path
    attributes = re.findall(r'="([^"]*)"', page)
    assert not any("<" in each for each in attributes), path


# Live, screen, names, rule book, audit


def test_live_rows_are_sent_once(server: Served, analyst: Browser, aurus: Verdict) -> None:
    page = analyst.text("/live")
    again = re.search(r'hx-get="(/live/rows\?[^"]*)"', page)
    assert again is not None
    address = unescape(again[1])
    assert analyst.get(address, HX_Request="true").status == 204
    (new,) = take(server, [transfer("toy-cars")])
    rows = analyst.get(address, HX_Request="true")
    assert rows.status == 200
    assert f"/alerts/{new.id}" in rows.body.decode()
    assert "hx-get" not in analyst.text("/live?paused=true")
    assert f"/alerts/{new.id}" not in analyst.text("/live?decision=block")


def test_a_pasted_and_a_filled_in_transfer_get_their_verdict(analyst: Browser) -> None:
    pasted = analyst.post("/screen/pasted", {"transfer": transfer("aurus-2024").decode()})
    assert pasted.status == 200
    assert "KP-TO-LUX-2094-2b" in pasted.body.decode()
    filled = {"occurred_on": "2024-02-18", "kind": "gift", "goods": "Aurus limousine", "destination": "kp"}
    filled |= {"from_name": "Example Motors", "to_name": "Example Guest House"}
    answer = analyst.post("/screen/filled", filled, HX_Request="true")
    assert "KP-TO-LUX-2094-2b" in answer.body.decode()
    assert "<html" not in answer.body.decode()
    refused = analyst.post("/screen/pasted", {"transfer": "{"}, HX_Request="true")
    assert refused.status == 422
    assert 'id="problem"' in refused.body.decode()


def test_a_name_is_looked_up_word_by_word(analyst: Browser) -> None:
    page = analyst.post("/names", {"name": "Vladimir Putin", "type": "person", "country": "ru"}).body.decode()
    assert "sample:35096" in page
    assert WordKind.SAME.meaning in page
    assert WordKind.ABSENT.meaning in page
    assert "No entry reaches" in analyst.post("/names", {"name": "Zebedee Quux"}).body.decode()
    assert analyst.post("/names", {"name": "X", "birth_date": "yesterday"}).status == 422


def test_the_rule_book_is_that_of_the_day(analyst: Browser) -> None:
    assert "KP-TO-LUX-2094-2b" in analyst.text("/rulebook?on=2024-02-18&country=KP")
    assert "KP-TO-LUX-2094-2b" not in analyst.text("/rulebook?on=2005-01-01&country=KP")
    between = analyst.text("/rulebook?on=2024-01-01&versus=2017-01-01")
    assert "KP-TO-VEHICLE" in between[between.index("Begun") : between.index("Ended")]
    assert "sample data" in analyst.text("/rulebook")
    rule = analyst.text("/rules/KP-TO-VEHICLE?on=2024-02-18")
    assert "in force" in rule
    assert "OP 7" in rule
    assert analyst.get("/rulebook?on=never").status == 422


def test_a_verdict_is_found_with_its_link(analyst: Browser, aurus: Verdict) -> None:
    for find in (str(aurus.id), "aurus-2024"):
        page = analyst.text(f"/audit?find={find}")
        assert str(aurus.id) in page
        assert "made of these bytes" in page
        assert "not made of" not in page
    assert "No stored verdict" in analyst.text("/audit?find=nothing")


def test_only_auditors_see_who_asked(server: Served, analyst: Browser, aurus: Verdict) -> None:
    assert "Who asked" in Browser(server, "auditor").text("/audit")
    assert "Who asked" not in analyst.text("/audit")


def test_files_are_kept_by_browsers_and_no_other_file_is_served(server: Served) -> None:
    style = server.client.get("/static/console.css")
    assert style.status == 200
    assert "immutable" in style.headers["cache-control"]
    for other in ("htmx.LICENSE", "..%2Fpolicy.py", "console.css%00"):
        assert server.client.get(f"/static/{other}").status == 404


# Parts


@pytest.mark.parametrize(
    ("asked", "listed", "kinds"),
    [
        ("Vladimir Putin", "PUTIN, Vladimir Vladimirovich", {"Vladimirovich": "absent", "Vladimir": "same"}),
        ("Mohamed Ali", "MUHAMMAD, Ali", {"mohamed": "spelling", "ali": "same"}),
        ("Vladmir Putin", "PUTIN, Vladimir", {"vladmir": "letter"}),
        ("Sergey Ivanov", "IVANOV, Viktor", {"sergey": "differs", "viktor": "differs"}),
    ],
)
def test_words_of_two_names_stand_side_by_side(asked: str, listed: str, kinds: dict[str, str]) -> None:
    rows = aligned(asked, listed, [NameKind.PERSON])
    by_word = {row.asked or row.listed: row.kind.style for row in rows}
    assert by_word | {word.lower(): kind for word, kind in kinds.items()} == by_word


def test_every_value_of_a_transfer_is_laid_out(aurus: Verdict) -> None:
    said = json.loads(transfer("aurus-2024"))
    shown = "\n".join(_texts(laid_out(said, aurus.findings)))
    assert [value for at, value in leaves(said).items() if at != "/id" and value not in shown] == []


def _texts(group: Group) -> Iterator[str]:
    for fact in group.facts:
        yield "".join(each.text for each in fact.segments)
    for below in group.groups:
        yield from _texts(below)


def test_only_addresses_of_the_web_are_links() -> None:
    assert wording.safe_link("https://example.org/a?b") == "https://example.org/a?b"
    for other in ("javascript:alert(1)", "data:text/html,x", " https://x", "https://x\n", "urn:x", ""):
        assert wording.safe_link(other) == ""
