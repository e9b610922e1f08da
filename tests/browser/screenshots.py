"""Writes the pictures of docs/console.md: each page, light and dark, on a desktop and a phone. `make screenshots`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser.console import DESKTOP, PHONE, Tab, chromium, missing, running_console, tab
from tests.patience import WAIT

FOLDER = Path(__file__).parents[2] / "docs" / "images"


def main() -> int:
    """Write the pictures, and return the exit status."""
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with running_console(TIDEWAITER_FOUR_EYES="true") as console, chromium() as browser:
        for scheme in ("light", "dark"):
            for device, size in (("desktop", DESKTOP), ("phone", PHONE)):
                with tab(browser, console, viewport=size, color_scheme=scheme) as opened:
                    opened.log_in("approver")
                    _pages(opened, f"{device}-{scheme}")
    return 0


def _pages(opened: Tab, kind: str) -> None:
    page = opened.page
    page.wait_for_selector("text=aurus-2024", timeout=WAIT * 1_000)
    _shoot(opened, f"queue-{kind}")
    page.click("text=aurus-2024")
    opened.shows("#decide")
    if kind.startswith("desktop"):
        page.keyboard.press("t")
    _shoot(opened, f"alert-{kind}", whole=kind == "desktop-light")
    if not kind.startswith("desktop"):
        return
    opened.open("/names")
    page.fill("[name=name]", "Vladmir Putin")
    page.select_option("[name=type]", "person")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found-title")
    _shoot(opened, f"names-{kind}")
    opened.open("/screen")
    page.click("#pasted button")
    page.wait_for_selector("#verdict-title")
    _shoot(opened, f"screen-{kind}")
    for name in ("live", "rulebook", "audit"):
        opened.open(f"/{name}")
        _shoot(opened, f"{name}-{kind}")


def _shoot(opened: Tab, name: str, *, whole: bool = False) -> None:
    opened.page.screenshot(path=FOLDER / f"console-{name}.png", full_page=whole)


if __name__ == "__main__":
    sys.exit(main())
