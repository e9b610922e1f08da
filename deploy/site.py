"""Builds the documentation site from docs/ into dist/site: `make docs`. Ends with 1 when a link leads nowhere.

Links from docs/ to other files of the repository lead to the repository on the site. The pages load nothing from the
network.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import html

ROOT = Path(__file__).parents[1]
DOCS, COPY, SITE = ROOT / "docs", ROOT / "dist" / "docs", ROOT / "dist" / "site"
CONFIG, EXPANDED = ROOT / "zensical.toml", ROOT / "dist" / "zensical.toml"

_FOLDER = re.compile(r'"([a-z-]+/)"')
"""In the navigation: all pages of a folder."""
_LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")


def main() -> int:
    """Build the site and check it."""
    config = _FOLDER.sub(_pages_of, CONFIG.read_text(encoding="utf-8"))
    EXPANDED.parent.mkdir(exist_ok=True)
    EXPANDED.write_text(config, encoding="utf-8")
    project = tomllib.loads(config)["project"]
    wrong = list(_not_in_navigation(project["nav"]))
    if not wrong:
        _copy(project["repo_url"])
        built = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", EXPANDED], check=False
        )
        wrong = list(_dead_links()) if built.returncode == 0 else ["zensical found the above"]
    for each in wrong:
        print(each, file=sys.stderr)
    print(f"{SITE}: {len(list(SITE.rglob('*.html')))} pages" if not wrong else f"{len(wrong)} faults", file=sys.stderr)
    return 1 if wrong else 0


def _pages_of(folder: re.Match[str]) -> str:
    return json.dumps(sorted(path.relative_to(DOCS).as_posix() for path in (DOCS / folder[1]).glob("*.md")))


def _not_in_navigation(navigation: Any) -> Iterator[str]:
    """Yield what is wrong with the navigation: a page that nobody would find, or one that is not there."""
    listed = set(_pages(navigation))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    yield from (f"docs/{page} is not in the navigation of zensical.toml" for page in sorted(there - listed))
    yield from (f"zensical.toml has docs/{page}, which is not there" for page in sorted(listed - there))


def _pages(navigation: Any) -> Iterator[str]:
    match navigation:
        case str():
            yield navigation
        case list():
            for each in navigation:
                yield from _pages(each)
        case dict():
            yield from _pages(list(navigation.values()))


def _copy(repository: str) -> None:
    """Copy docs/, with links that leave it made links to the repository."""
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(DOCS, COPY)
    for page in COPY.rglob("*.md"):
        here = page.relative_to(COPY).parent.as_posix()
        on_site = partial(_on_site, here=here, repository=repository)
        page.write_text(_LINK.sub(on_site, page.read_text(encoding="utf-8")), encoding="utf-8")


def _on_site(link: re.Match[str], here: str, repository: str) -> str:
    target = posixpath.normpath(posixpath.join("docs", here, link[2]))
    if urlsplit(link[2]).scheme or target == "docs" or target.startswith("docs/"):
        return link[0]
    kind = "tree" if (ROOT / target).is_dir() else "blob"
    return f"{link[1]}{repository}/{kind}/main/{target}{link[3] or ''}{link[4]}"


def _dead_links() -> Iterator[str]:
    """Yield each link of the site to a page, file or heading that is not there."""
    anchors: dict[Path, set[str]] = {}
    links: list[tuple[Path, str]] = []
    for page in SITE.rglob("*.html"):
        tree = html.parse(page).getroot()
        anchors[page] = {str(each) for each in tree.xpath("//@id | //a/@name")}
        links += [(page, str(link)) for link in tree.xpath("//main//a/@href | //main//img/@src")]
    for page, link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc or page.name == "404.html":
            continue
        target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
        target = target / "index.html" if target.is_dir() else target
        if not target.exists():
            yield f"{page.relative_to(SITE)}: {link} leads nowhere"
        elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
            yield f"{page.relative_to(SITE)}: {link}: the page has no such heading"


if __name__ == "__main__":
    sys.exit(main())
