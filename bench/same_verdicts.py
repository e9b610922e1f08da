"""`python -m bench.same_verdicts OLD NEW`: whether two commits give the same verdicts, byte for byte.

Each commit screens the same transfers with its own code and packaged law, in a temporary git worktree and with this
Python: the casebook, the packaged samples and generated transfers, and these once more with official lists where they
are there. Both sides are told the same engine version, on which verdict ids depend. Where the rule books differ that is
said once, and the verdicts are compared without their ids and rule books. The exit status is 1 when anything differs;
`--ignore-hashes` accepts other rule books.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.generated_transfers import SEED, Parts, generated_transfers
from bench.listed_parties import OFFICIAL, ROOT, official_files
from tidewaiter.rulebook.yaml_source import read_yaml

ALL_LAW = "UN,EU,US,UK,JP,CA,AU,CH"
GENERATED = 10_000
_ENGINE = "0.0.0+compared"
_VERSION = re.compile(r"""^__version__ = .*$""", re.MULTILINE)
_DERIVED = ("id", "rulebook")
"""The fields of a verdict that depend on the rule book's hash."""


@dataclass(frozen=True, slots=True)
class Group:
    """Transfers that are screened together, and the options they are screened with."""

    name: str
    transfers: Sequence[Mapping[str, Any]]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """One commit, checked out at `root`."""

    ref: str
    root: Path

    @property
    def package(self) -> str:
        """The import name of its service."""
        return "tidewaiter" if (self.root / "service" / "tidewaiter").is_dir() else "service"

    @property
    def source(self) -> Path:
        """The folder of that package."""
        return self.root / "service" / "tidewaiter" if self.package == "tidewaiter" else self.root / "service"

    @property
    def environment(self) -> dict[str, str]:
        """No setting of whoever calls, this side's code before any that is installed, indexes of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TIDEWAITER_")}
        roots = (self.root / "service", self.root / "schemas") if self.package == "tidewaiter" else (self.root,)
        return kept | {
            "PYTHONPATH": os.pathsep.join(map(str, roots)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TIDEWAITER_INDEX_DIR": str(self.root / ".indexes"),
            # A case names all the law that it is judged by.
            "TIDEWAITER_WITHOUT_UN": "true",
        }

    def prepare(self) -> None:
        """Write the common engine version, and make sure that it is this side's code which runs."""
        init = self.source / "__init__.py"
        text, found = _VERSION.subn(f'__version__ = "{_ENGINE}"', init.read_text(encoding="utf-8"))
        if found != 1:
            raise SystemExit(f"{self.ref}: {init.name} of {self.package} has no __version__")
        init.write_text(text, encoding="utf-8")
        command = [sys.executable, "-c", f"import {self.package} as p; print(p.__file__)"]
        where = subprocess.run(command, cwd=self.root, env=self.environment, check=True, capture_output=True, text=True)
        if Path(where.stdout.strip()) != init:
            raise SystemExit(f"{self.ref}: another {self.package} is imported: {where.stdout.strip()}")

    def start(self, file: Path, options: Iterable[str]) -> subprocess.Popen[bytes]:
        """Begin to screen `file`; verdicts go to standard output."""
        command = [sys.executable, "-m", self.package, "screen", str(file), *options]
        return subprocess.Popen(
            command, cwd=self.root, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One verdict that is not the same, and in what."""

    transfer: str
    changes: tuple[str, ...]


def main() -> int:
    """Compare, print what differs, and return 0 or 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.same_verdicts", description=__doc__)
    parser.add_argument("old", help="a commit; generated transfers are made of its casebook and goods words")
    parser.add_argument("new", help="a commit")
    parser.add_argument("--ignore-hashes", action="store_true", help="other rule books are no difference")
    parser.add_argument("--generated", type=int, default=GENERATED, metavar="N", help="how many transfers to generate")
    parser.add_argument("--seed", type=int, default=SEED, help="of the generated transfers")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="same-verdicts-") as name:
        folder = Path(name)
        with checked_out(given.old, folder / "old") as old, checked_out(given.new, folder / "new") as new:
            print(f"old {given.old}, new {given.new}, seed {given.seed}; engine version normalised", end="")
            print("; rule-book hashes ignored" if given.ignore_hashes else "")
            differ = False
            for group in groups(old, new, folder, given.generated, given.seed):
                differ |= _report(group, old, new, folder, ignore_hashes=given.ignore_hashes)
    print("\nverdicts differ" if differ else "\nall verdicts are the same")
    return int(differ)


@contextmanager
def checked_out(ref: str, folder: Path) -> Iterator[Side]:
    """A worktree of `ref` at `folder`, removed afterwards."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(folder), ref], cwd=ROOT, check=True)
    try:
        side = Side(ref, folder.resolve())
        side.prepare()
        yield side
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(folder)], cwd=ROOT, check=True)


def groups(old: Side, new: Side, folder: Path, count: int, seed: int) -> Iterator[Group]:
    """Everything that is screened. The casebook is that of both sides; of a case that both have, the new side's."""
    cases = {path.stem: path for side in (old, new) for path in (side.root / "tests/casebook/cases").glob("*.yaml")}
    yield from _casebook(cases, folder)
    samples = _lines((new.source / "samples" / "transfers.jsonl").read_bytes())
    yield Group("samples", samples)
    written = [
        read_yaml(path, path.name).content["transfer"] for path in (old.root / "tests/casebook/cases").glob("*.yaml")
    ]
    written.sort(key=lambda transfer: json.dumps(transfer, sort_keys=True, default=str))
    goods = sorted({word for path in old.source.glob("rulebook/builtin/goods/*.yaml") for word in _goods_words(path)})
    made = list(generated_transfers(Parts(written, goods), count, seed))
    every = ("--jurisdictions", ALL_LAW)
    yield Group("generated", made, every)
    if OFFICIAL.is_dir():
        listed = [f"{publisher}={path}" for publisher, path in official_files(folder).items()]
        lists = tuple(word for value in listed for word in ("--list", value))
        everything = [{"id": name} | _transfer(path) for name, path in sorted(cases.items())]
        yield Group("casebook, samples and generated, official lists", [*everything, *samples, *made], (*every, *lists))


def _casebook(cases: Mapping[str, Path], folder: Path) -> Iterator[Group]:
    """The cases, grouped by what they are judged with: jurisdictions, register of authorisations, totals of quotas."""
    by_policy: dict[str, list[Mapping[str, Any]]] = {}
    for name, path in sorted(cases.items()):
        case = read_yaml(path, path.name).content
        policy = {field: case[field] for field in ("jurisdictions", "register", "totals") if field in case}
        key = json.dumps(policy, default=str)
        by_policy.setdefault(key, []).append({"id": name} | case["transfer"])
    for number, (key, transfers) in enumerate(by_policy.items()):
        policy = json.loads(key)
        options = ["--jurisdictions", ",".join(policy.get("jurisdictions", ("UN",)))]
        written = {"--authorisations": policy.get("register"), "--quota-totals": policy.get("totals")}
        for option, content in written.items():
            if content is not None:
                file = folder / f"policy-{number}{option}.yaml"
                file.write_text(
                    json.dumps({"totals": content} if option == "--quota-totals" else content), encoding="utf-8"
                )
                options += [option, str(file)]
        with_files = ", ".join(name for name in ("register", "totals") if name in policy)
        described = f"{options[1]}{', ' if with_files else ''}{with_files}"
        yield Group(f"casebook ({described})", transfers, tuple(options))


def _transfer(path: Path) -> dict[str, Any]:
    transfer: dict[str, Any] = read_yaml(path, path.name).content["transfer"]
    return transfer


def _goods_words(path: Path) -> Iterator[str]:
    for entry in read_yaml(path, path.name).content.get("goods", ()):
        for words in entry.get("terms", {}).values():
            yield from (word.strip() for word in words.split(","))


def _report(group: Group, old: Side, new: Side, folder: Path, *, ignore_hashes: bool) -> bool:
    """Screen `group` on both sides at once, print what differs, and return whether anything does."""
    file = folder / "transfers.jsonl"
    file.write_text("".join(json.dumps(t, ensure_ascii=False, default=str) + "\n" for t in group.transfers), "utf-8")
    running = [side.start(file, group.options) for side in (old, new)]
    outputs: list[list[bytes]] = []
    for side, process in zip((old, new), running, strict=True):
        output, complaints = process.communicate()
        if process.returncode not in (0, 2):
            raise SystemExit(f"{side.ref} cannot screen {group.name}:\n{complaints.decode()}")
        outputs.append(output.splitlines())
    before, after = outputs
    books = changed_rule_books(before, after)
    differences = list(compare(before, after, _DERIVED if books else ()))
    decided = Counter(json.loads(line).get("decision", "unreadable") for line in after)
    counts = ", ".join(f"{decided[name]:,} {name}" for name in ("block", "review", "clear", "unreadable"))
    print(f"\n{group.name}: {len(group.transfers):,} transfers ({counts}), {len(differences):,} differ", flush=True)
    if books:
        print("  the rule books differ: compared without " + " and ".join(_DERIVED))
        for change in books:
            print(f"    {change}")
    kinds = Counter(kind_of(change) for difference in differences for change in difference.changes)
    for kind, times in kinds.most_common():
        print(f"  {times:>6} x {kind}")
    for difference in differences:
        print(f"  {difference.transfer}")
        for change in difference.changes:
            print(f"    {change}")
    return bool(differences) or (bool(books) and not ignore_hashes)


def changed_rule_books(old: Sequence[bytes], new: Sequence[bytes]) -> list[str]:
    """In what the rule book of the new verdicts is another; empty when it is the same."""
    return list(_changes("rulebook", _rule_book(old), _rule_book(new)))


def _rule_book(lines: Sequence[bytes]) -> Any:
    return next((read["rulebook"] for read in map(json.loads, lines) if "rulebook" in read), {})


def compare(old: Sequence[bytes], new: Sequence[bytes], without: Sequence[str] = ()) -> Iterator[Difference]:
    """The verdicts that are not the same bytes, line by line; the fields `without` are taken out of both first."""
    if len(old) != len(new):
        yield Difference("(all)", (f"{len(old)} lines -> {len(new)} lines",))
    for before, after in zip(old, new, strict=False):
        if before == after:
            continue
        left, right = json.loads(before), json.loads(after)
        for name in without:
            left.pop(name, None)
            right.pop(name, None)
        if json.dumps(left) != json.dumps(right):
            changes = tuple(_verdict_changes(left, right)) or ("the same values in another order or spelling",)
            yield Difference(str(left.get("transfer_id", f"line {left.get('line')}")), changes)


def _verdict_changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Findings are compared by rule and subject, everything else by its path."""
    before, after = (_by_subject(verdict.pop("findings", [])) for verdict in (old, new))
    yield from _changes("", old, new)
    for key in (key for key in before if key not in after):
        yield f"- {key}: {before[key]['effect']}, {before[key]['reason']}"
    for key in (key for key in after if key not in before):
        yield f"+ {key}: {after[key]['effect']}, {after[key]['reason']}"
    for key in (key for key in before if key in after):
        yield from _changes(key, before[key], after[key])
    if list(before) != list(after) and set(before) == set(after):
        yield "findings in another order"


def _by_subject(findings: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for finding in findings:
        key = f"{finding['rule']} {finding.get('subject', '')}".strip()
        while key in found:
            key += "'"
        found[key] = finding
    return found


def _changes(path: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from _changes(f"{path}.{name}".lstrip("."), old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from _changes(f"{path}[{number}]", left, right)
    elif old != new:
        yield f"{path}: {json.dumps(old, ensure_ascii=False)} -> {json.dumps(new, ensure_ascii=False)}"


def kind_of(change: str) -> str:
    """What changes of many verdicts have in common: decisions whole, else sign, rule and field without their values."""
    if change.startswith("decision: "):
        return change
    return re.sub(r"\s/[^.:\s]*'*|\[\d+\]|(?<=: ).*", "", change).rstrip(": ")


def _lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
