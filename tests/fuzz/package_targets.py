"""A compiled rule book: any damage to the file, and content that somebody changed and put under right hashes."""

from __future__ import annotations

import bz2
import hashlib
import json
from pathlib import Path
from typing import Final

from tests.fuzz import damage
from tests.fuzz.damage import Damaged
from tests.fuzz.targets import Answer, Target
from tests.packaged import small_rule_book
from tidewaiter.errors import RuleError
from tidewaiter.rulebook.package import unpack


def _lines() -> bytes:
    return bz2.decompress(small_rule_book().split(b"\n", 2)[2])


def sealed(lines: bytes) -> bytes:
    """A file that holds `lines` under right hashes, with the manifest of the small rule book."""
    content = bz2.compress(lines)
    head = json.loads(small_rule_book().split(b"\n", 2)[1])
    head["content"] = {
        "bytes": len(content), "lines": lines.count(b"\n"), "sha256": hashlib.sha256(content).hexdigest()
    }  # fmt: skip
    said = json.dumps(head, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return b"tidewaiter-rule-book 1 %d %s\n%s\n%s" % (
        len(said),
        hashlib.sha256(said).hexdigest().encode(),
        said,
        content,
    )


def _feed_file(damaged: Damaged, _: Path) -> Answer:
    try:
        unpack(damaged.content, "a.rulebook")
    except RuleError as refusal:
        assert str(refusal).startswith("a.rulebook: "), "an error names the file"
        return Answer.REFUSED
    assert damaged.content == small_rule_book(), "a damaged file is taken for a rule book"
    return Answer.READ


def _feed_lines(damaged: Damaged, _: Path) -> Answer:
    try:
        unpack(sealed(damaged.content), "a.rulebook")
    except RuleError as refusal:
        assert str(refusal).startswith("a.rulebook: "), "an error names the file"
        return Answer.REFUSED
    # A list's entries and a rule set's rules are under the hash in their own order: nothing else may differ.
    assert damaged.content == _lines(), "another rule book is taken for the one that is stated"
    return Answer.READ


PACKAGE_TARGETS: Final = (
    Target("rule book, the file", "rule book", (small_rule_book(),), (), _feed_file),
    Target("rule book, its lines", "rule book", (_lines(),), damage.JSON, _feed_lines),
)
