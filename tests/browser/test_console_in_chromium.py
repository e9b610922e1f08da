"""The console in a real browser: found, understood and decided by keyboard; accessible; nothing runs that is not ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.console import DEMO, PHONE, Console, Tab, chromium, missing, running_console, running_demo, tab
from tests.patience import WAIT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.embedded,
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
]

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
SECONDS = 30.0


@pytest.fixture(scope="module")
def console() -> Iterator[Console]:
    with running_console(TIDEWAITER_FOUR_EYES="true") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def analyst(browser: Any, console: Console) -> Iterator[Tab]:
    with tab(browser, console) as opened:
        opened.log_in("analyst")
        opened.until_shown("city-bus")
        yield opened
        assert opened.complaints == []


def party(id_: str, **facts: Any) -> bytes:
    """A sale to somebody who has the name of a listed person, and an address that tells him apart."""
    known = {"role": "transferee", "name": "Vladimir Putin", "type": "person", "countries": ["RU"]}
    transfer: dict[str, Any] = {
        "id": id_,
        "occurred_at": "2024-02-18T12:00:00Z",
        "kind": "sale",
        "parties": [known | facts],
    }
    transfer["items"] = [{"description": "chairs", "hs_code": "9401"}]
    transfer["route"] = {"destination": {"country": "DE"}}
    return json.dumps(transfer).encode()


def focused(opened: Tab) -> str:
    return str(opened.page.evaluate("document.activeElement.textContent.trim()"))


def test_a_newcomer_finds_understands_and_decides_the_aurus_verdict_by_keyboard(
    browser: Any,
    record_property: Callable[[str, object], None],
) -> None:
    """The console is that of `make demo`, and the token the one that it prints. The clock starts at the login."""
    with running_demo() as demo, tab(browser, demo) as newcomer:
        took = _decide_the_aurus_verdict(newcomer)
        record_property("seconds", round(took, 1))
        print(f"the Aurus verdict was decided by keyboard in {took:.1f} s")
        assert took < SECONDS
        assert newcomer.complaints == []


def _decide_the_aurus_verdict(analyst: Tab) -> float:
    """Log in, find, read and decide by keyboard alone, and return the seconds from the login to the answer."""
    page = analyst.page
    analyst.open("/queue")
    began = time.monotonic()
    analyst.type_token(DEMO)
    analyst.until_shown("aurus-2024")
    for _ in range(20):
        page.keyboard.press("j")
        if focused(analyst) == "aurus-2024":
            break
    page.keyboard.press("Enter")
    analyst.shows("h1 >> text=aurus-2024")
    # Understood: on the first screen, without a click, are the words, the sentence, the paragraph and the doubt.
    for words in ("names “car”, which is recognised as HS 8703", "UNSCR 1718 (2006), OP 8(a)(iii)", "not confirmed"):
        assert page.get_by_text(words).first.is_visible(), words
    assert page.locator("mark", has_text="Kim Jong Un").is_visible()
    page.keyboard.press("t")
    page.keyboard.type("A luxury car for the DPRK's head of State; reported by its own media.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#done", timeout=SECONDS * 1_000)
    took = time.monotonic() - began
    assert page.locator(".state").first.inner_text() == "decided"
    analyst.open("/queue")
    assert page.locator("a.open", has_text="aurus-2024").count() == 0
    return took


def test_every_key_does_what_the_help_says(analyst: Tab) -> None:
    page = analyst.page
    links = page.locator("a.open").all_inner_texts()
    page.keyboard.press("j")
    assert focused(analyst) == links[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert focused(analyst) == links[1]
    page.keyboard.press("a")
    page.wait_for_selector("td[data-label=assigned] >> text=analyst")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "decision"
    page.keyboard.press("Escape")
    for key, outcome in (("t", "true_match"), ("f", "false_positive"), ("p", "permit_verified"), ("e", "escalated")):
        page.keyboard.press("j")
        page.keyboard.press(key)
        analyst.shows("#decide")
        assert page.locator("input[name=judgement]:checked").get_attribute("value") == outcome
        assert page.evaluate("document.activeElement.id") == "reason"
        page.keyboard.press("Escape")
        other = "e" if key != "e" else "t"
        page.keyboard.press(other)
        assert page.locator(f"input[data-key={other}]").is_checked()
        page.keyboard.press("Escape")
        page.keyboard.press("u")
        page.wait_for_url("**/queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/*")
    first = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    page.keyboard.press("k")
    page.wait_for_url(first)
    page.keyboard.press("a")
    page.wait_for_selector("text=assigned to analyst")
    for key, path in (("l", "live"), ("s", "screen"), ("n", "names"), ("r", "rulebook"), ("q", "queue")):
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**/{path}")


def test_single_keys_can_be_switched_off(analyst: Tab) -> None:
    page = analyst.page
    page.keyboard.press("?")
    page.click("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator(".row.here").count() == 0


def test_a_false_positive_waits_for_a_second_person_and_reaches_the_worker(
    browser: Any, console: Console, analyst: Tab
) -> None:
    console.publish([party("namesake-1", address="Example Street 1, Berlin")])
    analyst.until_shown("namesake-1")
    analyst.page.click("a.open >> text=namesake-1")
    analyst.shows("#decide")
    analyst.page.keyboard.press("f")
    analyst.page.keyboard.type("Another man: he lives in Berlin.")
    analyst.page.keyboard.press("Control+Enter")
    analyst.page.wait_for_selector("#done")
    assert analyst.page.locator(".state").first.inner_text() == "waits for a second person"
    assert analyst.page.get_by_text("waits for another person").is_visible()
    assert analyst.page.locator("[data-key=y]").count() == 0, "nobody approves what he proposed"
    with tab(browser, console) as approver:
        approver.log_in("approver")
        approver.open(analyst.page.url.partition(console.address)[2].partition("?")[0])
        approver.page.keyboard.press("y")
        approver.page.wait_for_selector("#done")
        assert approver.page.locator(".state").first.inner_text() == "decided"
        assert approver.complaints == []
    time.sleep(1.0)  # workers use a disposition within a second
    console.publish([party("namesake-2", address="Example Street 1, Berlin")])
    analyst.open("/live")
    analyst.until_shown("namesake-2")
    analyst.page.click("a.open >> text=namesake-2")
    assert analyst.page.get_by_text("does not count: disposition").is_visible()
    console.publish([party("namesake-3", address="Another Street 9, Minsk")])
    analyst.open("/queue")
    analyst.until_shown("namesake-3")
    analyst.page.click("a.open >> text=namesake-3")
    assert analyst.page.get_by_text("Changed since").first.is_visible()


def test_pages_are_accessible_in_light_and_dark_and_fit_a_phone(browser: Any, console: Console) -> None:
    paths = ["/queue", "/live?paused=true", "/screen", "/names", "/rulebook?on=2024-01-01&country=KP", "/audit"]
    paths += ["/dead-letters", "/rules/KP-TO-VEHICLE", "/entries/sample/20157"]
    faults: list[str] = []
    for scheme in ("light", "dark"):
        with tab(browser, console, color_scheme=scheme) as opened:
            opened.open("/login")
            faults += [f"{scheme} /login {fault}" for fault in opened.axe()]
            opened.log_in("approver")
            opened.until_shown("city-bus")
            alert = str(opened.page.locator("a.open", has_text="listed-vessel").get_attribute("href"))
            for path in (*paths, alert):
                opened.open(path)
                faults += [f"{scheme} {path} {fault}" for fault in opened.axe()]
            opened.page.set_viewport_size(PHONE)
            for path in (*paths, alert):
                opened.open(path)
                wide = opened.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
                faults += [f"phone {path} is {wide} pixels too wide"] if wide > 0 else []
            faults += opened.complaints
    assert faults == []


def test_hostile_texts_stay_texts(console: Console, analyst: Tab) -> None:
    dialogs: list[str] = []

    def opened(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    analyst.page.on("dialog", opened)
    body = json.loads(party("hostile", name=f"Vladimir Putin {HOSTILE}", address=HOSTILE))
    body["id"], body["purpose"] = HOSTILE, HOSTILE
    body["route"] = {"destination": {"country": "KP", "place": HOSTILE}}
    console.publish([json.dumps(body).encode()])
    analyst.open("/live?paused=true")
    analyst.until_shown("<script>alert(1)")
    analyst.page.locator("a.open", has_text="<script>").first.click()
    analyst.page.wait_for_selector("#decide")
    assert HOSTILE in analyst.page.locator("h1").inner_text()
    analyst.open("/names")
    analyst.page.fill("[name=name]", HOSTILE)
    analyst.page.keyboard.press("Enter")
    analyst.page.wait_for_selector("#found-title")
    assert dialogs == []
    assert analyst.page.locator("img, script:not([src])").count() == 0


def test_a_verdict_comes_to_the_live_page_by_itself(console: Console, analyst: Tab) -> None:
    analyst.open("/live")
    console.publish([party("just-now", name="Example Trading")])
    analyst.page.wait_for_selector("a.open >> text=just-now", timeout=WAIT * 1_000)


def test_a_transfer_is_screened_in_place(analyst: Tab) -> None:
    page = analyst.page
    analyst.open("/screen")
    page.fill("[name=to_name]", "Example Guest House")
    page.fill("[name=goods]", "Aurus limousine")
    page.fill("[name=destination]", "KP")
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict-title")
    assert "BLOCK" in page.locator("#verdict-title").inner_text().upper()
    page.fill("#pasted-transfer", "{")
    page.locator("#pasted-transfer").press("Control+Enter")
    page.wait_for_selector("#problem.problem")
    assert "not_json" in page.locator("#problem").inner_text()
    analyst.complaints[:] = [each for each in analyst.complaints if "422" not in each]  # Chromium tells of each


def test_the_theme_is_switched_and_kept(analyst: Tab) -> None:
    page = analyst.page
    ground = "getComputedStyle(document.body).backgroundColor"
    system = page.evaluate(ground)
    page.click("#theme")
    page.click("#theme")
    assert page.evaluate(ground) != system
    analyst.open("/names")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_an_alert_prints_without_menus_and_forms(analyst: Tab) -> None:
    analyst.page.click("a.open >> nth=0")
    analyst.page.wait_for_selector("#decide")
    analyst.page.emulate_media(media="print")
    assert not analyst.page.locator("#decide").is_visible()
    assert not analyst.page.locator(".top nav").is_visible()
    assert analyst.page.locator(".sentence").first.is_visible()
    assert analyst.page.locator(".evidence table").first.is_visible(), "what is folded is printed"


def test_chains_are_verified_from_the_topics(browser: Any, console: Console) -> None:
    with tab(browser, console) as opened:
        opened.log_in("auditor")
        opened.open("/audit")
        opened.page.get_by_role("button", name="Verify").click()
        opened.page.wait_for_selector("#report-title", timeout=WAIT * 1_000)
        assert "WHOLE" in opened.page.locator("#report-title").inner_text().upper()
        assert opened.complaints == []
